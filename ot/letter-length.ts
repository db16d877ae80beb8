/**
 * The length of a letter, without counting it every time.
 *
 * A limit is checked and the end of a letter is asked for with every op, but an op says by how much it
 * changes the length. So the length of each version is remembered with it: 0.1 µs instead of 6 µs on a letter
 * of 2,000 components. Letters are immutable, and what is remembered goes with them.
 */
import { type Component, type Insert, insertLength, totalLength } from './component.ts'

const lengths = new WeakMap<readonly Insert[], number>()

/** UTF-16 code units, an embed counting 1. */
export function letterLength(document: readonly Insert[]): number {
  const known = lengths.get(document)
  if (known !== undefined) return known
  const counted = totalLength(document)
  lengths.set(document, counted)
  return counted
}

/** Remembers the length of the letter that `op` made of `before`. Answers by how much it grew. */
export function rememberLength(
  after: readonly Insert[],
  before: readonly Insert[],
  op: readonly Component[],
): number {
  let growth = 0
  for (const component of op) {
    if (component.insert !== undefined) growth += insertLength(component.insert)
    else growth -= component.delete ?? 0
  }
  lengths.set(after, letterLength(before) + growth)
  return growth
}
