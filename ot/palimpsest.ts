/**
 * A letter with everything that was ever erased from it still in its place: two letters at once, the one that is here and
 * the one that some edits were kept for, with who wrote each stretch.
 *
 * Edits are laid on one after the other, in the order of the log. A kept one changes both letters; an undone one only the
 * letter that is here. So in the end the stretches say at once what is here (`head`), who wrote it (`blame`), what takes
 * the undone edits back (`back`), who wrote what that brings back (`restored`), and how the two letters differ.
 *
 * It gives what `retract` gives (a property test holds it to that), for any number of edits in time that grows with what
 * they touch: stretches are held in chunks whose visible length is known, and an edit skips all chunks before its place.
 * 10,000 ops of five people, where `retract` took 1.0 s: 0.26 s the first time and 0.02 s when it was compiled.
 *
 * Where an erased stretch stands matters, because it may come back. A kept insertion at its place stands before it, an
 * undone one behind it, as `transform` and the canonical form of ops put them. An edit that `revives` (a rollback, which
 * says whose text it brings back) puts no copy beside an erased stretch of the same author and version with the same text:
 * it shows that stretch again. So whoever takes a rollback back, or does it twice, has to do with the same text.
 */
import { differenceOf, equalAttributes } from './attributes.ts'
import {
  type Component,
  chop,
  type Embed,
  type Insert,
  insertion,
  insertLength,
  type LetterDocument,
  type LetterOp,
  push,
  retention,
} from './component.ts'
import { piece } from './reader.ts'
import {
  type Blamed,
  blamed,
  cut,
  format,
  type LaidEdit,
  newStretch,
  type Stretch,
  type Text,
  Texts,
} from './stretch.ts'

export interface Laying {
  readonly isKept: boolean
  /** It brings back what was there before. */
  readonly revives: boolean
}

interface Chunk {
  stretches: Stretch[]
  /** Code units of it that are here. */
  length: number
}

/** Stretches in a chunk at most; one that has more is halved. */
const CHUNK = 128

export class Palimpsest {
  readonly #chunks: Chunk[]
  readonly #keepsErased: boolean
  // Where the edit that is being laid on has got to: between two stretches.
  #chunk = 0
  #index = 0

  /**
   * @param base         the letter before the first edit
   * @param blame        who wrote it, as `stretchesOf` says; null when that does not matter
   * @param keepsErased  whether what is in neither letter is to stay in its place; only then can it be revived
   */
  constructor(base: LetterDocument, blame: readonly Blamed[] | null, keepsErased: boolean) {
    this.#keepsErased = keepsErased
    const texts = new Texts({ author: '', version: 0, restored: blame })
    const stretches = base.ops.flatMap((component) =>
      texts.next(component).map((text) => newStretch(text, true)),
    )
    this.#chunks = [{ stretches: [], length: 0 }]
    for (let at = 0; at < stretches.length; at += CHUNK / 2) {
      const some = stretches.slice(at, at + CHUNK / 2)
      this.#chunks.push({ stretches: some, length: some.reduce((sum, { length }) => sum + length, 0) })
    }
  }

  lay(edit: LaidEdit, laying: Laying): void {
    this.#chunk = 0
    this.#index = 0
    if (laying.revives) this.#layReviving(edit, laying.isKept)
    else this.#layPlain(edit, laying.isKept)
  }

  *stretches(): Generator<Readonly<Stretch>> {
    for (const { stretches } of this.#chunks) yield* stretches
  }

  /** The letter that is here. */
  head(): LetterDocument {
    const ops: Component[] = []
    for (const { isHere, insert, here } of this.stretches()) if (isHere) push(ops, insertion(insert, here))
    return { ops: ops as Insert[] } // nothing else was pushed
  }

  /** Who wrote the letter that is here. */
  blame(): Blamed[] {
    return blamed(this.stretches(), ({ isHere }) => isHere)
  }

  /** The op that makes the kept letter of the one that is here. */
  back(): LetterOp {
    const ops: Component[] = []
    for (const { isHere, isKept, insert, length, here, kept } of this.stretches()) {
      if (isHere && isKept)
        push(ops, retention(length, equalAttributes(here, kept) ? undefined : differenceOf(here, kept)))
      else if (isHere) push(ops, { delete: length })
      else if (isKept) push(ops, insertion(insert, kept))
    }
    return { ops: chop(ops) }
  }

  /** Who wrote what `back` inserts, in order. */
  restored(): Blamed[] {
    return blamed(this.stretches(), ({ isHere, isKept }) => isKept && !isHere)
  }

  #layPlain(edit: LaidEdit, isKept: boolean): void {
    const texts = new Texts(edit)
    for (const component of edit.op.ops) {
      if (component.insert !== undefined) {
        if (!isKept) this.#skipErased()
        for (const text of texts.next(component)) this.#put(text, isKept)
      } else if (component.delete !== undefined) {
        this.#each(component.delete, (stretch) => this.#erase(stretch, isKept, edit.author), true)
        this.#skipErased(true)
      } else if (component.attributes === undefined) {
        this.#skip(component.retain)
      } else {
        const { attributes } = component
        this.#each(component.retain, (stretch) => format(stretch, attributes, isKept, edit.author))
      }
    }
  }

  /**
   * Insertions and deletions at one place are laid on together: what is brought back may stand between or behind what is
   * taken out.
   */
  #layReviving(edit: LaidEdit, isKept: boolean): void {
    const texts = new Texts(edit)
    const { ops } = edit.op
    for (let at = 0; at < ops.length; ) {
      const component = ops[at]!
      if (component.retain !== undefined) {
        const { attributes, retain } = component
        if (attributes === undefined) this.#skip(retain)
        else this.#each(retain, (stretch) => format(stretch, attributes, isKept, edit.author))
        at++
        continue
      }
      const inserts: Text[] = []
      let deleted = 0
      for (; at < ops.length && ops[at]!.retain === undefined; at++) {
        const next = ops[at]!
        if (next.insert !== undefined) inserts.push(...texts.next(next))
        else deleted += next.delete ?? 0
      }
      this.#replace(inserts, deleted, isKept, edit.author)
    }
  }

  #replace(inserts: readonly Text[], deleted: number, isKept: boolean, by: string): void {
    // Whole chunks, so that places in it stay what they are while it is changed.
    const chunk = this.#chunk
    const index = this.#index
    this.#each(deleted, (stretch) => this.#erase(stretch, isKept, by))
    this.#skipErased()
    const last = this.#chunk
    const region = this.#chunks.slice(chunk, last + 1).flatMap(({ stretches }) => stretches)
    const end = region.length - (this.#chunks[last]!.stretches.length - this.#index)
    const done = revive(region, index, end, inserts, isKept)
    const length = region.reduce((sum, { isHere, length }) => sum + (isHere ? length : 0), 0)
    this.#chunks.splice(chunk, last - chunk + 1, { stretches: region, length })
    this.#chunk = chunk
    this.#index = done
    this.#halve()
  }

  #put(text: Text, isKept: boolean): void {
    const stretch = newStretch(text, isKept)
    const chunk = this.#chunks[this.#chunk]!
    chunk.stretches.splice(this.#index, 0, stretch)
    chunk.length += stretch.length
    this.#index++
    this.#halve()
  }

  /** Goes `length` code units of the letter that is here further. */
  #skip(length: number): void {
    let left = length
    while (left > 0) {
      const chunk = this.#chunks[this.#chunk]!
      if (this.#index === 0 && chunk.length < left) {
        left -= chunk.length
        this.#chunk++
        continue
      }
      const stretch = chunk.stretches[this.#index]
      if (stretch === undefined) this.#nextChunk()
      else {
        if (stretch.isHere && stretch.length > left) this.#cut(left)
        if (stretch.isHere) left -= stretch.length
        this.#index++
      }
    }
  }

  /** Calls `change` with each stretch of the next `length` code units; what is in neither letter then goes. */
  #each(length: number, change: (stretch: Stretch) => void, movesForward = false): void {
    let left = length
    while (left > 0) {
      const chunk = this.#chunks[this.#chunk]!
      const stretch = chunk.stretches[this.#index]
      if (stretch === undefined) {
        this.#nextChunk()
        continue
      }
      if (stretch.isHere) {
        if (stretch.length > left) this.#cut(left)
        left -= stretch.length
        change(stretch)
        if (!stretch.isHere) chunk.length -= stretch.length
        if (!stretch.isHere && !stretch.isKept && !this.#keepsErased) {
          chunk.stretches.splice(this.#index, 1)
          continue
        }
      }
      if (!stretch.isHere && stretch.isKept && movesForward) this.#moveForward()
      this.#index++
    }
  }

  /** Goes behind what was erased here. */
  #skipErased(movesForward = false): void {
    for (;;) {
      const stretch = this.#chunks[this.#chunk]!.stretches[this.#index]
      if (stretch === undefined) {
        if (this.#chunk + 1 === this.#chunks.length) return
        this.#nextChunk()
      } else if (stretch.isHere) return
      else {
        if (movesForward && stretch.isKept) this.#moveForward()
        this.#index++
      }
    }
  }

  /**
   * Moves the stretch at the present place, which has just been erased and may come back, before those in front of it that
   * will be taken out: an op has insertions before deletions.
   */
  #moveForward(): void {
    const stretches = this.#chunks[this.#chunk]!.stretches
    let chunk = this.#chunk
    let place = this.#index
    for (;;) {
      while (place > 0 && !this.#chunks[chunk]!.stretches[place - 1]!.isKept) place--
      if (place > 0 || chunk === 0) break
      chunk--
      place = this.#chunks[chunk]!.stretches.length
    }
    const [stretch] = stretches.splice(this.#index, 1)
    this.#chunks[chunk]!.stretches.splice(place, 0, stretch!)
    if (chunk < this.#chunk) this.#index--
  }

  #nextChunk(): void {
    this.#chunk++
    this.#index = 0
    if (this.#chunk === this.#chunks.length)
      throw new RangeError('the edit reaches past the end of the letter')
  }

  /** Cuts the stretch at the present place in two. */
  #cut(length: number): void {
    const { stretches } = this.#chunks[this.#chunk]!
    cut(stretches, this.#index, length)
  }

  #halve(): void {
    for (;;) {
      const chunk = this.#chunks[this.#chunk]!
      if (chunk.stretches.length <= CHUNK) return
      const rest = chunk.stretches.splice(CHUNK / 2)
      const length = rest.reduce((sum, { isHere, length }) => sum + (isHere ? length : 0), 0)
      chunk.length -= length
      this.#chunks.splice(this.#chunk + 1, 0, { stretches: rest, length })
      if (this.#index <= CHUNK / 2) return
      this.#chunk++
      this.#index -= CHUNK / 2
    }
  }

  #erase(stretch: Stretch, isKept: boolean, by: string): void {
    stretch.isHere = false
    if (isKept) stretch.isKept = false
    stretch.changedBy = by
  }
}

/** Shows erased stretches of a region again, and puts what is not among them in. Answers the place behind all of it. */
function revive(
  region: Stretch[],
  start: number,
  end: number,
  texts: readonly Text[],
  isKept: boolean,
): number {
  let at = start
  let limit = end
  for (const text of texts) {
    let rest: Insert | null = insertion(text.insert, text.attributes)
    while (rest !== null) {
      const found = findErased(region, at, limit, text, rest.insert)
      if (found === null) {
        region.splice(at++, 0, newStretch({ ...text, insert: rest.insert }, isKept))
        limit++
        break
      }
      const length = insertLength(rest.insert)
      const stretch = region[found]!
      if (stretch.length > length) {
        cut(region, found, length)
        limit++
      }
      stretch.isHere = true
      stretch.here = text.attributes
      if (isKept && !stretch.isKept) Object.assign(stretch, { isKept, kept: text.attributes })
      rest = length > stretch.length ? piece(rest, stretch.length, length - stretch.length) : null
      at = found + 1
    }
  }
  return limit
}

/**
 * An erased stretch that is the beginning of a text, or begins with it: the first one that is kept, because that is what
 * rollbacks bring back, or else the first.
 */
function findErased(
  region: readonly Stretch[],
  start: number,
  end: number,
  { author, version }: Text,
  insert: string | Embed,
): number | null {
  let found: number | null = null
  for (let at = start; at < end; at++) {
    const stretch = region[at]!
    if (stretch.isHere || stretch.version !== version || stretch.author !== author) continue
    if (!isSame(stretch.insert, insert)) continue
    if (stretch.isKept) return at
    found ??= at
  }
  return found
}

function isSame(a: string | Embed, b: string | Embed): boolean {
  if (typeof a === 'string') return typeof b === 'string' && (a.startsWith(b) || b.startsWith(a))
  return typeof b !== 'string' && a.image === b.image
}
