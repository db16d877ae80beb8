/**
 * The algebra of letters: compose, transform and invert on canonical lists of components (rule L8).
 *
 * It computes what quill-delta 5 computes, in canonical form, which a property test holds it to; a stock
 * ShareDB client that uses quill-delta itself therefore converges with this server. It is written out here
 * because the server transforms every op of a hot letter several times: quill-delta deep-clones each
 * component that it emits, which made a transform of one insertion over another cost 3 µs instead of 0.2 µs.
 */
import { composeAttributes, invertAttributes, transformAttributes } from './attributes.ts'
import {
  type Component,
  chop,
  componentLength,
  type Insert,
  insertion,
  push,
  retention,
} from './component.ts'
import { Reader } from './reader.ts'

/**
 * The op that does what `a`, then `b`, do.
 *
 * Law `compose`: apply(apply(d, a), b) = apply(d, compose(a, b)). Composing is associative.
 * Not a law: transforming over compose(a, b) may differ from transforming over `a`, then `b`.
 *
 * @param a  made against a document
 * @param b  made against the document after `a`
 */
export function compose(a: readonly Component[], b: readonly Component[]): Component[] {
  const list: Component[] = []
  const first = new Reader(a)
  const second = new Reader(b)
  while (!first.isAtEnd || !second.isAtEnd) {
    if (second.current?.insert !== undefined) {
      push(list, second.take())
    } else if (first.current?.delete !== undefined) {
      push(list, first.take())
    } else {
      const length = Math.min(first.left, second.left)
      const was = first.take(length)
      const does = second.take(length)
      if (does.delete === undefined) push(list, withAttributes(was, does.attributes))
      else if (was.retain !== undefined) push(list, does)
    }
  }
  return chop(list)
}

/**
 * `op` as it must be applied after `over`, both made against one document.
 *
 * Law `TP1`: apply(apply(d, a), transform(b, a, true)) = apply(apply(d, b), transform(a, b, false)).
 *
 * @param overIsFirst  where both insert at one place, `over` stands first; where both set a format, `over` wins
 */
export function transform(
  op: readonly Component[],
  over: readonly Component[],
  overIsFirst: boolean,
): Component[] {
  const list: Component[] = []
  const ours = new Reader(op)
  const theirs = new Reader(over)
  // Where ours ends, nothing of theirs matters any more: what would follow is a plain retain.
  while (!ours.isAtEnd) {
    const theirInsert = theirs.current?.insert !== undefined
    const ourInsert = ours.current?.insert !== undefined
    if (theirInsert && (overIsFirst || !ourInsert)) {
      push(list, retention(componentLength(theirs.take())))
    } else if (ourInsert) {
      push(list, ours.take())
    } else {
      const length = Math.min(ours.left, theirs.left)
      const our = ours.take(length)
      const their = theirs.take(length)
      if (their.delete !== undefined) continue
      if (our.delete !== undefined) push(list, our)
      else push(list, retention(length, transformAttributes(our.attributes, their.attributes, overIsFirst)))
    }
  }
  return chop(list)
}

/**
 * The op that undoes `op`. Law `invert`: apply(apply(d, op), invert(op, d)) = d.
 *
 * @param base  the document before `op`; `op` fits it
 */
export function invert(op: readonly Component[], base: readonly Insert[]): Component[] {
  const list: Component[] = []
  const before = new Reader(base)
  for (const component of op) {
    if (component.insert !== undefined) {
      push(list, { delete: componentLength(component) })
      continue
    }
    if (component.retain !== undefined && component.attributes === undefined) {
      before.skip(component.retain)
      push(list, component)
      continue
    }
    let left = componentLength(component)
    while (left > 0) {
      const was = before.take(Math.min(left, before.left))
      const length = componentLength(was)
      if (component.delete !== undefined) push(list, was)
      else push(list, retention(length, invertAttributes(component.attributes, was.attributes)))
      left -= length
    }
  }
  return chop(list)
}

function withAttributes(component: Component, attributes: Component['attributes']): Component {
  if (attributes === undefined || component.delete !== undefined) return component
  const isRetain = component.retain !== undefined
  const composed = composeAttributes(component.attributes, attributes, isRetain)
  return isRetain ? retention(component.retain, composed) : insertion(component.insert, composed)
}
