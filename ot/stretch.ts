/** The stretches a palimpsest is made of: text that came in at once, and what became of it. */
import { type Attributes, composeAttributes } from './attributes.ts'
import { type Embed, type Insert, insertion, insertLength, type LetterOp } from './component.ts'
import { piece } from './reader.ts'

/** Who wrote a stretch of text. `author` is a member's id; empty for a machine. */
export interface Attribution {
  readonly author: string
  /** The version the text came in with. */
  readonly version: number
}

/** A stretch of a letter: `length` code units, one after the other from the start. */
export interface Blamed extends Attribution {
  readonly length: number
}

/** A stretch of text that came in at once. */
export interface Stretch extends Attribution {
  insert: string | Embed
  length: number
  /** In the letter that is here, with these formats. */
  isHere: boolean
  here: Attributes | undefined
  /** In the letter that the kept edits make, with these formats. */
  isKept: boolean
  kept: Attributes | undefined
  /** Who erased it or changed its formats last; null for nobody. */
  changedBy: string | null
}

/** An edit to be laid on. */
export interface LaidEdit extends Attribution {
  readonly op: LetterOp
  /**
   * Who wrote what the op inserts, from its first insert on, when it brings back what was there once. Version 0, and what
   * goes beyond: whoever made the op. Null: all of it.
   */
  readonly restored: readonly Blamed[] | null
}

/** Gives a stretch other formats: in both letters, or in the one that is here. */
export function format(stretch: Stretch, attributes: Attributes, isKept: boolean, by: string): void {
  stretch.here = composeAttributes(stretch.here, attributes, false)
  if (isKept && stretch.isKept) stretch.kept = composeAttributes(stretch.kept, attributes, false)
  stretch.changedBy = by
}

/** Cuts a stretch in two; the first keeps its identity. */
export function cut(stretches: Stretch[], index: number, length: number): void {
  const stretch = stretches[index]!
  const rest = piece(insertion(stretch.insert, undefined), length, stretch.length - length)
  stretches.splice(index + 1, 0, { ...stretch, insert: rest.insert, length: stretch.length - length })
  stretch.insert = piece(insertion(stretch.insert, undefined), 0, length).insert
  stretch.length = length
}

export function newStretch({ insert, attributes, author, version }: Text, isKept: boolean): Stretch {
  const kept = isKept ? attributes : undefined
  const length = insertLength(insert)
  return { insert, length, isHere: true, here: attributes, isKept, kept, author, version, changedBy: null }
}

/** What comes in, and who wrote it. */
export interface Text extends Attribution {
  readonly insert: string | Embed
  readonly attributes: Attributes | undefined
}

/** Says of what an edit inserts, piece by piece, who wrote it. */
export class Texts {
  readonly #edit: Omit<LaidEdit, 'op'>
  readonly #restored: readonly Blamed[]
  #index = 0
  #offset = 0

  constructor(edit: Omit<LaidEdit, 'op'>) {
    this.#edit = edit
    this.#restored = edit.restored ?? []
  }

  next(component: Insert): Text[] {
    const { author, version } = this.#edit
    const length = insertLength(component.insert)
    const texts: Text[] = []
    for (let at = 0; at < length; ) {
      const by = this.#restored[this.#index]
      const taken = by === undefined ? length - at : Math.min(length - at, by.length - this.#offset)
      const part = piece(component, at, taken)
      const isNew = by === undefined || by.version === 0
      texts.push({
        insert: part.insert,
        attributes: part.attributes,
        author: isNew ? author : by.author,
        version: isNew ? version : by.version,
      })
      at += taken
      this.#offset += taken
      if (by === undefined || this.#offset < by.length) continue
      this.#index++
      this.#offset = 0
    }
    return texts
  }
}

/** Who wrote the stretches that are meant; neighbours differ. */
export function blamed(
  stretches: Iterable<Readonly<Stretch>>,
  isMeant: (stretch: Stretch) => boolean,
): Blamed[] {
  const found: Blamed[] = []
  for (const stretch of stretches) {
    if (!isMeant(stretch)) continue
    const { length, author, version } = stretch
    const last = found.at(-1)
    if (last?.author === author && last.version === version) {
      found[found.length - 1] = { length: last.length + length, author, version }
    } else {
      found.push({ length, author, version })
    }
  }
  return found
}
