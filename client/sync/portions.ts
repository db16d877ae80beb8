import { type Component, componentLength, insertLength } from '../../ot/component.ts'
import { piece } from '../../ot/reader.ts'
import { LIMITS } from '../../ot/wire.ts'

/**
 * How large an op may be, so that the server takes it and everything typed after it.
 *
 * An op that the server finds too large takes the whole queue behind it down with it, so what leaves here
 * keeps to half of each limit: transforming a waiting op over other people's can split its components.
 */
export interface OpSize {
  readonly components: number
  /** UTF-16 code units inserted. */
  readonly inserted: number
  /** Length of its JSON in UTF-8. */
  readonly bytes: number
}

export const LARGEST: OpSize = {
  components: LIMITS.opComponents / 2,
  inserted: LIMITS.opInsertLength / 2,
  bytes: LIMITS.messageBytes / 2,
}

const utf8 = new TextEncoder()

export function sizeOf(op: readonly Component[]): OpSize {
  let inserted = 0
  for (const component of op) if (component.insert !== undefined) inserted += insertLength(component.insert)
  return { components: op.length, inserted, bytes: bytesOf(op) }
}

export function sum(a: OpSize, b: OpSize): OpSize {
  return {
    components: a.components + b.components,
    inserted: a.inserted + b.inserted,
    bytes: a.bytes + b.bytes,
  }
}

export function fits(size: OpSize, largest = LARGEST): boolean {
  return (
    size.components <= largest.components && size.inserted <= largest.inserted && size.bytes <= largest.bytes
  )
}

/**
 * The op as a series of ops that do the same one after the other, each within `largest`.
 *
 * Law: composing the series gives `op`. No portion ends inside a surrogate pair.
 *
 * @param op  in canonical form; a single component that cannot be divided (a deletion, an image) always passes
 */
export function portions(op: readonly Component[], largest = LARGEST): Component[][] {
  if (fits(sizeOf(op), largest)) return [[...op]]
  const series: Component[][] = []
  let portion: Component[] = []
  let size: OpSize = { components: 0, inserted: 0, bytes: 0 }
  /** Where the next component acts, in the letter after everything before it. */
  let position = 0
  const begin = (): void => {
    if (portion.some((component) => !isPlainRetain(component))) series.push(portion)
    portion = position === 0 ? [] : [{ retain: position }]
    size = sizeOf(portion)
  }
  for (const component of divided(op, largest)) {
    const more = sizeOf([component])
    if (!fits(sum(size, more), largest)) begin()
    portion.push(component)
    size = sum(size, more)
    if (component.delete === undefined) position += componentLength(component)
  }
  begin()
  return series
}

/** The components, with every text that is too long for one portion cut into pieces that are not. */
function* divided(op: readonly Component[], largest: OpSize): Generator<Component> {
  for (const component of op) {
    if (typeof component.insert !== 'string') {
      yield component
      continue
    }
    const { length } = component.insert
    for (let start = 0; start < length; ) {
      let end = Math.min(length, start + largest.inserted)
      // A portion has a retain and brackets besides, for which a tenth is plenty.
      while (end - start > 2 && bytesOf(piece(component, start, end - start)) > largest.bytes * 0.9) {
        end = start + Math.ceil((end - start) / 2)
      }
      if (end < length && isHighSurrogate(component.insert.charCodeAt(end - 1)))
        end += end - start > 1 ? -1 : 1
      yield piece(component, start, end - start)
      start = end
    }
  }
}

function bytesOf(value: unknown): number {
  return utf8.encode(JSON.stringify(value)).length
}

function isPlainRetain(component: Component): boolean {
  return component.retain !== undefined && component.attributes === undefined
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
