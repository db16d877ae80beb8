/**
 * Saying the same thing without touching the end of a letter (rule L5.5).
 *
 * Deleting the last line of "a⏎b⏎" can be written as deleting "b⏎" or "⏎b", and adding a line to "a⏎" as
 * inserting "b⏎" after its newline or "⏎b" before it. The first way leaves a valid letter behind, but treats
 * the last newline as any other: transformed over an op that joins the two lines, that deletion would leave
 * none; composed with an op that deletes the first newline, that insertion would take the last one away.
 * Editors write both, and so the ends of their ops are rewritten where the letter is at hand. The last
 * newline of a letter then stays the same one for ever, and ops can be composed, transformed and inverted
 * without looking at it.
 */
import { compose } from './algebra.ts'
import { type Attributes, differenceOf } from './attributes.ts'
import { type Component, chop, type Insert, insertion, push, retention, totalLength } from './component.ts'
import { endsWithNewline } from './fit.ts'
import { letterLength } from './letter-length.ts'

/**
 * An op with the same effect that neither deletes the last newline nor inserts after it. It is `op` itself
 * when that is so already, and when what `op` leaves does not end with a newline: then there is no such op.
 *
 * @param op        canonical
 * @param document  before `op`
 */
export function keepLastNewline(op: readonly Component[], document: readonly Insert[]): readonly Component[] {
  if (!touchesEnd(op, document)) return op
  const after = compose(document, op) as Insert[]
  const end = after.at(-1)
  if (!endsWithNewline(end)) return op
  const deleted = op.at(-1)?.delete
  return deleted === undefined
    ? insertedBefore(op, document, end?.attributes)
    : deletedBefore(op, deleted, document, after, end?.attributes)
}

/**
 * What an op lacks that has been transformed and now leaves a letter without a last newline: that newline, as
 * an op on the letter after it; `null` when it lacks nothing. One person deletes the line "b⏎" of "a⏎b⏎"
 * while another joins the two: each leaves a letter, both together would not (rule L5.6).
 *
 * @param op        canonical
 * @param document  before `op`
 */
export function missingNewline(op: readonly Component[], document: readonly Insert[]): Component[] | null {
  if (!touchesEnd(op, document)) return null
  const after = compose(document, op) as Insert[]
  if (endsWithNewline(after.at(-1))) return null
  return at(totalLength(after), insertion('\n', document.at(-1)?.attributes))
}

/** True when the op deletes the last newline or inserts after it. */
export function touchesEnd(op: readonly Component[], document: readonly Insert[]): boolean {
  const last = op.at(-1)
  return last !== undefined && last.retain === undefined && reach(op) === letterLength(document)
}

/** Deletes the newline that would become the last one instead of the one that is. */
function deletedBefore(
  op: readonly Component[],
  deleted: number,
  document: readonly Insert[],
  after: readonly Insert[],
  wanted: Attributes | undefined,
): Component[] {
  const kept: Component[] = op.slice(0, -1)
  if (deleted > 1) push(kept, { delete: deleted - 1 })
  const line = retention(1, differenceOf(document.at(-1)?.attributes, wanted))
  return compose(kept, at(totalLength(after) - 1, { delete: 1 }, line))
}

/** Inserts before the last newline: a newline like it first, and without the newline at the end. */
function insertedBefore(
  op: readonly Component[],
  document: readonly Insert[],
  wanted: Attributes | undefined,
): Component[] {
  const first = op.findLastIndex((component) => component.insert === undefined) + 1
  const kept = op.slice(0, first)
  const before = compose(document, kept) as Insert[]
  const line = before.at(-1)?.attributes
  return compose(
    kept,
    at(
      totalLength(before) - 1,
      insertion('\n', line),
      ...withoutNewline(op.slice(first)),
      retention(1, differenceOf(line, wanted)),
    ),
  )
}

function withoutNewline(components: readonly Component[]): Component[] {
  const text = components.at(-1)?.insert
  if (typeof text !== 'string') return [...components]
  const rest = components.slice(0, -1)
  return text === '\n' ? rest : [...rest, insertion(text.slice(0, -1), components.at(-1)?.attributes)]
}

/** How much of the document the op goes over. */
function reach(op: readonly Component[]): number {
  return op.reduce((sum, component) => sum + (component.retain ?? component.delete ?? 0), 0)
}

function at(position: number, ...components: Component[]): Component[] {
  return chop(position === 0 ? components : [retention(position), ...components])
}
