import type { Op } from 'quill/core.js'
import { Delta } from '../../ot/delta.ts'

/**
 * Letters as lists of lines, of which those that have not changed are the same objects: so that what changed is found
 * without reading the rest.
 */

interface Place {
  readonly index: number
  readonly length: number
}

/** Where the person was in a letter, and where they are in the next. */
export interface Moved {
  readonly oldRange: Place
  readonly newRange: Place
}

/** One after the other, as one letter. Delta's own way copies each op. */
export function joined(lines: readonly Delta[]): Delta {
  const ops: Op[] = []
  for (const line of lines) {
    for (const op of line.ops) {
      const last = ops.at(-1)
      if (last && areTexts(last, op) && haveSameAttributes(last, op))
        ops[ops.length - 1] = { ...last, insert: `${last.insert}${op.insert}` }
      else ops.push(op)
    }
  }
  return new Delta(ops)
}

/** The same, put together when somebody looks: at most keys nobody does. */
export function joinedLater(lines: readonly Delta[]): Delta {
  let ops: Op[] | null = null
  return Object.defineProperty(new Delta(), 'ops', {
    enumerable: true,
    get() {
      ops ??= joined(lines).ops
      return ops
    },
  })
}

/**
 * What makes the second letter of the first, both given as their lines.
 *
 * @param selection  tells which of several equal characters was typed, where it is in the part that changed
 */
export function differenceOfLines(
  before: readonly Delta[],
  after: readonly Delta[],
  selection: Moved | undefined,
): Delta {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  let at = 0
  while (start < shorter && before[start] === after[start]) at += lengthOf(before[start++]!)
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const old = joined(before.slice(start, before.length - end))
  const now = joined(after.slice(start, after.length - end))
  const isIn = ({ index, length }: Place, part: Delta): boolean =>
    index >= at && index + length <= at + part.length()
  const isHere = selection && isIn(selection.oldRange, old) && isIn(selection.newRange, now)
  return new Delta()
    .retain(at)
    .concat(old.diff(now, isHere ? moved(selection, -at) : undefined))
    .chop()
}

const lengths = new WeakMap<Delta, number>()

/** Of a line, which does not change. */
function lengthOf(line: Delta): number {
  let length = lengths.get(line)
  if (length === undefined) {
    length = line.length()
    lengths.set(line, length)
  }
  return length
}

function moved({ oldRange, newRange }: Moved, by: number): Moved {
  const shift = ({ index, length }: Place): Place => ({ index: index + by, length })
  return { oldRange: shift(oldRange), newRange: shift(newRange) }
}

export function isSame(some: readonly Op[], others: readonly Op[]): boolean {
  return (
    some.length === others.length &&
    some.every((op, i) => {
      const other = others[i]!
      const isText = areTexts(op, other)
      const holdsSame = isText
        ? op.insert === other.insert
        : JSON.stringify(op.insert) === JSON.stringify(other.insert)
      return holdsSame && haveSameAttributes(op, other)
    })
  )
}

function areTexts(one: Op, other: Op): boolean {
  return typeof one.insert === 'string' && typeof other.insert === 'string'
}

function haveSameAttributes(one: Op, other: Op): boolean {
  return one.attributes === other.attributes || !Delta.AttributeMap.diff(one.attributes, other.attributes)
}
