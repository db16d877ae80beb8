/**
 * What became of a letter between two versions, and who did it: from the ops, so it is exact, and a word that was moved or
 * typed anew is what it was and not what it looks like.
 */
import { type Attributes, composeAttributes, equalAttributes } from './attributes.ts'
import type { Component, Embed, Insert, LetterDocument, LetterOp } from './component.ts'
import { insertion, insertLength } from './component.ts'
import { piece } from './reader.ts'

/** An edit of the log. */
export interface ComparedEdit {
  readonly op: LetterOp
  /** A member's id; null for a machine. */
  readonly author: string | null
}

/** A stretch of both letters together, in order. */
export interface Passage {
  readonly insert: string | Embed
  /** The earlier letter has it, the later one has it, or both do. */
  readonly change: 'none' | 'added' | 'deleted' | 'formatted'
  /** Who added or deleted it, or changed its formats last; null also where nothing changed. */
  readonly author: string | null
  /** Its formats in the earlier letter; undefined when it had none, or was not there. */
  readonly before: Attributes | undefined
  /** Its formats in the later letter; undefined when it has none, or is not there any more. */
  readonly after: Attributes | undefined
}

/**
 * Compares the letter before some edits with the letter after them.
 *
 * What was added and deleted in between is in neither letter, and not in the answer. The passages that are not `added` are
 * the earlier letter, those that are not `deleted` the later one.
 */
export function compareLetters(base: LetterDocument, edits: Iterable<ComparedEdit>): Passage[] {
  let passages: readonly Passage[] = base.ops.map(({ insert, attributes }) => ({
    ...{ insert, change: 'none' as const, author: null },
    ...{ before: attributes, after: attributes },
  }))
  for (const edit of edits) passages = new Walk(passages, edit.author).apply(edit.op.ops)
  return passages.reduce<Passage[]>(pushPassage, [])
}

/** One edit on the way through all passages. What is deleted has no length there. */
class Walk {
  readonly #passages: readonly Passage[]
  readonly #author: string | null
  #index = 0
  #offset = 0
  readonly #out: Passage[] = []

  constructor(passages: readonly Passage[], author: string | null) {
    this.#passages = passages
    this.#author = author
  }

  apply(op: readonly Component[]): readonly Passage[] {
    for (const component of op) {
      if (component.insert !== undefined) this.#add(component)
      else if (component.delete !== undefined)
        this.#take(component.delete, (passage) => this.#deleted(passage))
      else this.#take(component.retain, (passage) => this.#formatted(passage, component.attributes))
    }
    if (this.#offset > 0) this.#take(this.#left, (passage) => passage)
    return [...this.#out, ...this.#passages.slice(this.#index)]
  }

  #add({ insert, attributes }: Insert): void {
    const author = this.#author
    this.#out.push({ insert, change: 'added', author, before: undefined, after: attributes })
  }

  /** Goes over `length` code units of the later letter. */
  #take(length: number, become: (passage: Passage) => Passage | null): void {
    let left = length
    while (left > 0) {
      const passage = this.#passages[this.#index]!
      if (passage.change === 'deleted') {
        this.#out.push(passage)
        this.#index++
        continue
      }
      const taken = Math.min(left, this.#left)
      const { insert } = piece(insertion(passage.insert, undefined), this.#offset, taken)
      const became = become({ ...passage, insert })
      if (became !== null) this.#out.push(became)
      left -= taken
      this.#offset += taken
      if (this.#left > 0) continue
      this.#index++
      this.#offset = 0
    }
  }

  /** Of the passage that is being read. */
  get #left(): number {
    return insertLength(this.#passages[this.#index]!.insert) - this.#offset
  }

  #deleted(passage: Passage): Passage | null {
    if (passage.change === 'added') return null
    return { ...passage, change: 'deleted', author: this.#author, after: undefined }
  }

  #formatted(passage: Passage, attributes: Attributes | undefined): Passage {
    if (attributes === undefined) return passage
    const after = composeAttributes(passage.after, attributes, false)
    if (passage.change === 'added') return { ...passage, after }
    const isAsBefore = equalAttributes(passage.before, after)
    return {
      ...passage,
      after,
      change: isAsBefore ? 'none' : 'formatted',
      author: isAsBefore ? null : this.#author,
    }
  }
}

function pushPassage(passages: Passage[], passage: Passage): Passage[] {
  const last = passages.at(-1)
  const isOne =
    typeof last?.insert === 'string' &&
    typeof passage.insert === 'string' &&
    last.change === passage.change &&
    last.author === passage.author &&
    equalAttributes(last.before, passage.before) &&
    equalAttributes(last.after, passage.after)
  if (isOne) passages[passages.length - 1] = { ...last, insert: `${last.insert}${passage.insert}` }
  else passages.push(passage)
  return passages
}
