/**
 * Block formats that exclude each other (rule L9): a line is a list item, a heading, a code block or a
 * quotation.
 *
 * A line is formatted by its newline. Other characters that carry such a format show nothing of it, and are
 * held to the same rule. An editor that makes a heading of a list item says both `header: 1` and `list: null`,
 * and nothing is left to do. But of two people one may make a heading and the other a list item at the same
 * time, and an op is transformed without the document at hand. So the server asks, for each op at its turn,
 * what it must take away besides: its fixup.
 */
import { type Attributes, composeAttributes } from './attributes.ts'
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
 * The formats that exclude each other. Where one op sets several on a line the first of these wins (rule
 * L9.2): the last in canonical order, which is also the one Quill shows, as it applies attributes in their
 * order.
 */
export const EXCLUSIVE = ['list', 'header', 'code-block', 'blockquote'] as const

type Exclusive = (typeof EXCLUSIVE)[number]

/**
 * What must be composed after `op` for each of its lines to keep one exclusive format, or `null` when
 * nothing.
 *
 * What the op sets wins over what the line had (rule L9.1). Costs one look at the op unless it sets such a
 * format.
 *
 * @param document  before `op`
 * @returns         an op on the document after `op`
 */
export function exclusiveFixup(document: readonly Insert[], op: readonly Component[]): Component[] | null {
  if (!op.some((component) => winnerOf(component.attributes) !== undefined)) return null
  const fixup: Component[] = []
  const before = new Reader(document)
  for (const component of op) {
    const winner = winnerOf(component.attributes)
    if (component.insert !== undefined) {
      push(fixup, retention(componentLength(component), losersOf(component.attributes, winner)))
    } else if (winner === undefined) {
      before.skip(componentLength(component))
      if (component.retain !== undefined) push(fixup, retention(component.retain))
    } else {
      pushFixup(fixup, component, before, winner)
    }
  }
  return chop(fixup).length === 0 ? null : fixup
}

/** Retains what `component` retains, without the formats that lose on it. */
function pushFixup(fixup: Component[], component: Component, before: Reader, winner: Exclusive): void {
  let left = componentLength(component)
  while (left > 0 && !before.isAtEnd) {
    const was = before.take(Math.min(left, before.left))
    const length = componentLength(was)
    const attributes = composeAttributes(was.attributes, component.attributes, false)
    push(fixup, retention(length, losersOf(attributes, winner)))
    left -= length
  }
}

/** An insert of a new letter without the formats that lose on its lines. */
export function withoutLosers(component: Insert): Insert {
  const losers = losersOf(component.attributes, winnerOf(component.attributes))
  if (losers === undefined) return component
  return insertion(component.insert, composeAttributes(component.attributes, losers, false))
}

function winnerOf(attributes: Attributes | undefined): Exclusive | undefined {
  return attributes && EXCLUSIVE.find((format) => isSet(attributes, format))
}

/** The removal of every exclusive format in `attributes` but `winner`; `undefined` when there is none. */
function losersOf(attributes: Attributes | undefined, winner: Exclusive | undefined): Attributes | undefined {
  if (attributes === undefined || winner === undefined) return undefined
  const losers = EXCLUSIVE.filter((format) => format !== winner && isSet(attributes, format))
  if (losers.length === 0) return undefined
  return Object.fromEntries(losers.sort().map((format) => [format, null]))
}

function isSet(attributes: Attributes, format: Exclusive): boolean {
  const value = attributes[format]
  return value !== undefined && value !== null
}
