/**
 * Which edits a rollback undoes, when some of them were undone before.
 *
 * A rollback is an edit that says what it undid. Undoing an edit a second time would bring what it deleted back twice, and
 * taking back a deletion would bring back words that an earlier rollback took out. So what counts is the set of edits that
 * are undone: every rollback changes that set, undoing one changes it back, and the letter is what the other edits make.
 */
import type { LoggedOp } from '../../ot/logged-op.ts'

/** A range of a letter at one version. */
export interface Selection {
  /** Half-open, UTF-16 code units. */
  readonly start: number
  readonly end: number
  readonly version: number
}

/** What a rollback undoes: the edits after version `after` up to version `upTo`. Kept with its op. */
export interface Target {
  readonly after: number
  readonly upTo: number
  /** Only what this member did, rollbacks left out: those have an undo of their own. Null: everybody. */
  readonly author: string | null
  /** Only what happened in this part of the letter; null: in all of it. */
  readonly within: Selection | null
}

/** An edit, as far as it matters here. */
export interface Undoable extends Pick<LoggedOp, 'version' | 'origin'> {
  /** A member's id; empty for a machine. */
  readonly author: string
  /** What it undid, when it is a rollback. */
  readonly rollback: Target | null
}

export interface Undoing {
  /** The edits the letter is to be without, and all rollbacks of the whole letter, which do nothing but that. */
  readonly undone: ReadonlySet<number>
  /** How many edits were not undone before, or are not any more. */
  readonly changed: number
}

/**
 * What is undone when `target` is undone as well.
 *
 * @param edits  one after the other, from where `neededFrom` says
 */
export function undoing(edits: readonly Undoable[], target: Target): Undoing {
  const undone = new Set<number>()
  const changes = new Map<number, Change>()
  for (const [index, edit] of edits.entries()) {
    if (isWhole(edit)) changes.set(edit.version, undo(undone, edits.slice(0, index), changes, edit.rollback))
  }
  const { added, removed } = undo(undone, edits, changes, target)
  for (const edit of edits) if (isWhole(edit)) undone.add(edit.version)
  return { undone, changed: added.length + removed.length }
}

/**
 * The version after which `undoing` must know all edits: rollbacks among them may have undone earlier ones, among which may
 * be rollbacks again. To be asked until it answers `after`.
 *
 * @param edits  those after version `after`
 */
export function neededFrom(edits: readonly Pick<Undoable, 'rollback'>[], after: number): number {
  return Math.min(after, ...edits.filter(isWhole).map(({ rollback }) => rollback.after))
}

/** What a rollback did to the set of undone edits. */
interface Change {
  readonly added: readonly number[]
  readonly removed: readonly number[]
}

function undo(
  undone: Set<number>,
  edits: readonly Undoable[],
  changes: ReadonlyMap<number, Change>,
  target: Target,
): Change {
  const before = new Set(undone)
  for (const edit of edits.toReversed()) {
    if (!covers(target, edit)) continue
    const change = changes.get(edit.version)
    if (change === undefined) undone.add(edit.version)
    for (const version of change?.added ?? []) undone.delete(version)
    for (const version of change?.removed ?? []) undone.add(version)
  }
  return {
    added: [...undone].filter((version) => !before.has(version)),
    removed: [...before].filter((version) => !undone.has(version)),
  }
}

function covers({ after, upTo, author }: Target, edit: Undoable): boolean {
  if (edit.version <= after || edit.version > upTo) return false
  return author === null || (edit.author === author && edit.origin !== 'rollback')
}

/** A rollback within a selection undid parts of edits: it is an edit of its own. */
function isWhole<E extends Pick<Undoable, 'rollback'>>(edit: E): edit is E & { readonly rollback: Target } {
  return edit.rollback !== null && edit.rollback.within === null
}
