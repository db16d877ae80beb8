/**
 * Who wrote which part of a letter, and at which version.
 *
 * Blame is a parallel letter: the same text, and as the attributes of each insert nothing but its author and version.
 * Each op of the log becomes an op on it (inserts carry who made them, retains carry nothing), so that reading blame
 * at a version, and taking edits back, are the same folds as for the letter itself.
 */
import type { Range } from './anchor.ts'
import type { Attributes } from './attributes.ts'
import {
  type Component,
  canonical,
  type Embed,
  type Insert,
  insertion,
  insertLength,
  type LetterDocument,
  type LetterOp,
} from './component.ts'
import { piece } from './reader.ts'
import { retract } from './retract.ts'
import { letter } from './types.ts'
import { opWithin } from './within.ts'

/** Who wrote a stretch of text. `author` is a member's id; empty for a machine. */
export interface Attribution {
  readonly author: string
  /** The version the text came in with. */
  readonly version: number
}

/** A stretch of the letter: `length` code units, one after the other from the start. */
export interface Blamed extends Attribution {
  readonly length: number
}

/** An edit of the log. */
export interface AuthoredEdit extends Attribution {
  readonly op: LetterOp
  /**
   * Who wrote what the op inserts, from its first insert on, when it brings back what was there once. Version 0, and what
   * goes beyond: whoever made the op. Null: all of it.
   */
  readonly restored: readonly Blamed[] | null
}

/** The parallel letter. */
export type Blame = LetterDocument

/** Of a letter that one author has written whole. */
export function blameOf({ ops }: LetterDocument, by: Attribution): Blame {
  return { ops: ops.map(({ insert }) => insertion(insert, mark(by))) }
}

/** Blame after an edit. */
export function blameAfter(before: Blame, edit: AuthoredEdit): Blame {
  return letter.apply(before, blamingOp(edit)) as Blame
}

/** The stretches of the letter, as long together as the letter is; neighbours differ. */
export function stretchesOf({ ops }: Blame): Blamed[] {
  const stretches: Blamed[] = []
  for (const { insert, attributes } of ops)
    pushStretch(stretches, insertLength(insert), attributionOf(attributes))
  return stretches
}

/**
 * Who wrote what the op of `retract` would bring back: the `restored` of that edit. Null when it brings nothing back.
 *
 * @param base   blame before the first edit
 * @param edits  as for `retract`
 * @param within  what the op was limited to (`opWithin`); null when it was not
 */
export function restoredBy<E extends AuthoredEdit>(
  base: Blame,
  edits: readonly E[],
  isUndone: (edit: E) => boolean,
  within: Range | null = null,
): Blamed[] | null {
  const marked = edits.map((edit) => ({ op: blamingOp(edit), isUndone: isUndone(edit) }))
  const { back } = retract(letter, base, marked, (edit) => edit.isUndone)
  const { ops } = within === null ? (back as LetterOp) : opWithin(back as LetterOp, within)
  const inserts = ops.filter((component): component is Insert => component.insert !== undefined)
  return inserts.length === 0 ? null : stretchesOf({ ops: inserts })
}

/** The op on the parallel letter. */
function blamingOp(edit: AuthoredEdit): LetterOp {
  const authors = new Authors(edit)
  const components = edit.op.ops.flatMap((component): Component[] => {
    if (component.insert !== undefined) return authors.of(component.insert)
    return [component.retain === undefined ? component : { retain: component.retain }]
  })
  return { ops: canonical(components) }
}

/** Says of what an edit inserts, piece by piece, who wrote it. */
class Authors {
  readonly #edit: AuthoredEdit
  readonly #restored: readonly Blamed[]
  #index = 0
  #offset = 0

  constructor(edit: AuthoredEdit) {
    this.#edit = edit
    this.#restored = edit.restored ?? []
  }

  of(insert: string | Embed): Insert[] {
    const whole = insertion(insert, undefined)
    const length = insertLength(insert)
    const pieces: Insert[] = []
    let at = 0
    while (at < length) {
      const stretch = this.#restored[this.#index]
      const taken = Math.min(length - at, (stretch?.length ?? Number.POSITIVE_INFINITY) - this.#offset)
      const by = stretch === undefined || stretch.version === 0 ? this.#edit : stretch
      pieces.push(insertion(piece(whole, at, taken).insert, mark(by)))
      at += taken
      this.#offset += taken
      if (this.#offset === stretch?.length) {
        this.#index++
        this.#offset = 0
      }
    }
    return pieces
  }
}

function mark({ author, version }: Attribution): Attributes {
  return { author, version }
}

function attributionOf(attributes: Attributes | undefined): Attribution {
  if (attributes === undefined) return { author: '', version: 0 }
  return { author: attributes.author as string, version: attributes.version as number }
}

function pushStretch(stretches: Blamed[], length: number, { author, version }: Attribution): void {
  const last = stretches.at(-1)
  if (last?.author === author && last.version === version) {
    stretches[stretches.length - 1] = { length: last.length + length, author, version }
  } else {
    stretches.push({ length, author, version })
  }
}
