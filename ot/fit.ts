/**
 * Applies an op to a letter, and refuses one that does not fit it (rule L5): one walk does both.
 *
 * The walk touches only what the op touches. Components before the first change and after the last one are
 * shared with the old document and copied as references, so an insertion into a letter of 2,000 components
 * costs a walk over their lengths and no string work but its own.
 */
import { composeAttributes } from './attributes.ts'
import { type Component, type Insert, insertion, insertLength, push } from './component.ts'
import { letterLength } from './letter-length.ts'
import { piece } from './reader.ts'
import { doesNotFit } from './refusal.ts'

/** A place in a document: `offset` code units into the component at `index`. */
interface Place {
  index: number
  offset: number
}

/**
 * The letter after `op`. `document` is not changed.
 *
 * @param document  canonical, ending with a newline
 * @param op        canonical
 * @throws CollabError `op/does-not-fit`: L5.1 past the end, L5.2 takes the last newline, L5.3 leaves text
 *   after the last newline, L5.4 cuts a surrogate pair
 */
export function applyToLetter(document: readonly Insert[], op: readonly Component[]): readonly Insert[] {
  const [first] = op
  const startsWithRetain = first?.retain !== undefined && first.attributes === undefined
  const place = placeAt(document, startsWithRetain ? first.retain : 0)
  // What is written from here on may merge with what stands before it.
  const start = place.offset === 0 && place.index > 0 ? place.index - 1 : place.index
  const changed = start < place.index || place.offset > 0 ? [headOf(document[start], place.offset)] : []
  for (let i = startsWithRetain ? 1 : 0; i < op.length; i++) {
    applyComponent(document, place, op[i], changed)
  }
  if (place.index < document.length) copyPiece(document, place, Number.POSITIVE_INFINITY, changed)
  const after = spliced(document, start, place.index, changed)
  if (!endsWithNewline(after.at(-1))) throw doesNotFit('L5.3', 'The op leaves text after the last newline')
  return after
}

function applyComponent(
  document: readonly Insert[],
  place: Place,
  component: Component,
  changed: Insert[],
): void {
  if (component.retain !== undefined && component.attributes === undefined) {
    copy(document, place, component.retain, changed)
    return
  }
  checkCut(document, place)
  if (component.insert !== undefined) {
    push(changed, component)
    return
  }
  if (component.retain !== undefined) {
    reformat(document, place, component.retain, component.attributes, changed)
  } else {
    skip(document, place, component.delete)
    if (place.index === document.length) throw doesNotFit('L5.2', 'The op takes the last newline out')
  }
  checkCut(document, place)
}

export function endsWithNewline(last: Insert | undefined): boolean {
  return typeof last?.insert === 'string' && last.insert.charCodeAt(last.insert.length - 1) === NEWLINE
}

const NEWLINE = 10

/** Copies `length` code units. Only the first piece can merge with what was written before it. */
function copy(document: readonly Insert[], place: Place, length: number, after: Insert[]): void {
  let left = length - copyPiece(document, place, length, after)
  while (left > 0) {
    const component = document[place.index]
    if (component === undefined) throw pastTheEnd()
    const whole = insertLength(component.insert)
    if (whole > left) {
      copyPiece(document, place, left, after)
      return
    }
    after.push(component)
    place.index++
    left -= whole
  }
}

/** Copies at most `length` code units, and no further than the component. Answers how many. */
function copyPiece(document: readonly Insert[], place: Place, length: number, after: Insert[]): number {
  const taken = takePiece(document, place, length)
  push(after, taken)
  return insertLength(taken.insert)
}

/**
 * The place of a position, looked for from whichever end is nearer: most typing happens near the end of a
 * letter.
 */
function placeAt(document: readonly Insert[], position: number): Place {
  const length = letterLength(document)
  if (position > length) throw pastTheEnd()
  let index = 0
  let start = 0
  if (position > length / 2) {
    index = document.length
    start = length
    while (start > position) start -= insertLength(document[--index].insert)
  } else {
    while (index < document.length) {
      const end = start + insertLength(document[index].insert)
      if (end > position) break
      start = end
      index++
    }
  }
  return { index, offset: position - start }
}

/**
 * `document` with the components from `start` to `end` replaced. Splicing a copy is the fastest way, for a
 * list that a call can take.
 */
function spliced(document: readonly Insert[], start: number, end: number, changed: Insert[]): Insert[] {
  if (changed.length > 1_000) return document.slice(0, start).concat(changed, document.slice(end))
  const after = document.slice()
  after.splice(start, end - start, ...changed)
  return after
}

/** The first `length` code units of a component; all of it for 0. */
function headOf(component: Insert, length: number): Insert {
  return length === 0 ? component : piece(component, 0, length)
}

function skip(document: readonly Insert[], place: Place, length: number): void {
  let left = length
  while (left > 0) {
    const component = document[place.index]
    if (component === undefined) throw pastTheEnd()
    const rest = insertLength(component.insert) - place.offset
    if (rest > left) {
      place.offset += left
      return
    }
    left -= rest
    place.index++
    place.offset = 0
  }
}

function reformat(
  document: readonly Insert[],
  place: Place,
  length: number,
  attributes: Component['attributes'],
  after: Insert[],
): void {
  let left = length
  while (left > 0) {
    const taken = takePiece(document, place, left)
    push(after, insertion(taken.insert, composeAttributes(taken.attributes, attributes, false)))
    left -= insertLength(taken.insert)
  }
}

/** Takes at most `length` code units, and no further than the component. */
function takePiece(document: readonly Insert[], place: Place, length: number): Insert {
  const component = document[place.index]
  if (component === undefined) throw pastTheEnd()
  const { offset } = place
  const whole = insertLength(component.insert)
  const taken = Math.min(length, whole - offset)
  if (offset + taken === whole) {
    place.index++
    place.offset = 0
  } else {
    place.offset += taken
  }
  return taken === whole ? component : piece(component, offset, taken)
}

/** Rule L5.4. A document holds no lone surrogates, so a low one here has its high one just before. */
function checkCut(document: readonly Insert[], place: Place): void {
  if (place.offset === 0) return
  const text = document[place.index].insert
  if (typeof text !== 'string') return
  const unit = text.charCodeAt(place.offset)
  if (unit >= 0xdc00 && unit <= 0xdfff) throw doesNotFit('L5.4', 'The op cuts a surrogate pair')
}

function pastTheEnd(): Error {
  return doesNotFit('L5.1', 'The op reaches past the end of the letter')
}
