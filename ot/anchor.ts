/**
 * Anchors: positions and ranges in a letter that stay with the text they stand in, for comments and carets.
 *
 * Positions count UTF-16 code units and lie between them: 0 is before the first. Bias says to which side a
 * position belongs, and so where it goes when something is inserted just there: -1 stays before it, 1 moves
 * behind it.
 */
import { type Component, componentLength, type LetterOp } from './component.ts'

/** A half-open range [start, end) of a letter. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Moves a position through an op. A position inside deleted text goes to where that text was.
 *
 * Law N1: positions keep their order. Law N2: mapped through an op and its inverse, a position whose
 * neighbours survived comes back.
 *
 * @param position  in the document before `op`
 * @param op        in canonical form; its length may be shorter than the document (trailing retain implied)
 * @param bias      -1 to stay before what is inserted at the position, 1 to move behind it
 * @returns         the position in the document after `op`
 */
export function mapPosition(position: number, op: LetterOp, bias: -1 | 1): number {
  let before = 0
  let mapped = position
  for (const component of op.ops) {
    if (before > position) break
    mapped += shift(component, position - before, bias)
    if (component.insert === undefined) before += componentLength(component)
  }
  return mapped
}

/**
 * Moves a range through an op, so that it keeps covering the same text.
 *
 * Text inserted at either edge stays outside: `start` maps with bias 1, `end` with bias -1.
 * Law N3: what was in the range and is left is still in it, and nothing that was outside has got in.
 * Law N4: an op that leaves the range alone leaves its length alone.
 * Not a law: mapping through `compose(a, b)` may differ from mapping through `a`, then `b`, because composing
 * forgets where in deleted text an insertion stood. Map op by op.
 *
 * @param range  half-open [start, end) in the document before `op`
 * @param op     in canonical form; its length may be shorter than the document
 * @returns      the range after `op`, or `null` when none of its text is left; an empty range has none
 *
 * Source: edge biases as in ProseMirror's comment demo; laws in ot/SPEC.md (anchors).
 */
export function mapRange(range: Range, op: LetterOp): Range | null {
  const start = mapPosition(range.start, op, 1)
  const end = mapPosition(range.end, op, -1)
  return range.start < range.end && start < end ? { start, end } : null
}

/** How far a component that starts `distance` before a position moves it. */
function shift(component: Component, distance: number, bias: -1 | 1): number {
  if (component.delete !== undefined) return -Math.min(component.delete, distance)
  if (component.insert === undefined) return 0
  return distance > 0 || bias === 1 ? componentLength(component) : 0
}
