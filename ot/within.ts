/** The part of an op that concerns a stretch of the letter. */
import type { Range } from './anchor.ts'
import { type Component, chop, componentLength, type LetterOp, push, retention } from './component.ts'

/**
 * What of an op happens inside a range: insertions in it or at its edges, and deletions and formats of what is in it.
 *
 * What is left may lack what only the whole op had, such as a last newline: see `mend` of the type.
 *
 * @param op     in canonical form
 * @param range  half-open [start, end) in the letter before `op`; an empty one keeps insertions at its place
 */
export function opWithin(op: LetterOp, { start, end }: Range): LetterOp {
  const kept: Component[] = []
  let at = 0
  for (const component of op.ops) {
    const length = componentLength(component)
    if (component.insert !== undefined) {
      if (at >= start && at <= end) push(kept, component)
      continue
    }
    const before = Math.min(Math.max(start - at, 0), length)
    const inside = Math.max(Math.min(end - at, length) - before, 0)
    const after = length - before - inside
    if (before > 0) push(kept, retention(before))
    if (inside > 0) {
      const isDelete = component.delete !== undefined
      push(kept, isDelete ? { delete: inside } : retention(inside, component.attributes))
    }
    if (after > 0) push(kept, retention(after))
    at += length
  }
  return { ops: chop(kept) }
}
