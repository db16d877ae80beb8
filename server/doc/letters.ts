/**
 * The life of a letter: created, renamed, archived. Its text has a life of its own, in `Documents`.
 *
 * A letter is two things: a document in the op log, and a row that says which firm it belongs to. The op goes
 * first, because a row without a document would be a letter that cannot be opened, while a document without a
 * row is invisible, and is completed when the member asks again.
 */

import { randomUUID } from 'node:crypto'
import { CollabError } from '../../ot/errors.ts'
import { COLLECTION_TYPE } from '../../ot/types.ts'
import type { Letter, LetterStore, Position } from '../store/letters.ts'
import type { DocumentKey, Outcome, Snapshot, Submission } from './types.ts'

export type { Letter, Position }

const COLLECTION = 'letters'

/** The least a letter holds (rule D2). */
const EMPTY_LETTER = { create: { type: COLLECTION_TYPE[COLLECTION].uri, data: { ops: [{ insert: '\n' }] } } }

/** The part of `Documents` a letter needs. */
export interface LetterDocuments {
  submit(key: DocumentKey, submission: Submission): Promise<Outcome>
  read(key: DocumentKey): Promise<Snapshot>
}

export interface LetterParts {
  readonly documents: LetterDocuments
  readonly store: LetterStore
  /**
   * The source under which a member creates a document: the same for the same two, different for any
   * others.
   */
  readonly sourceForCreating: (member: string, document: string) => string
}

export interface LetterRequest {
  /** UUID, lower case; chosen here when left out. */
  readonly id?: string | undefined
  readonly firm: string
  readonly member: string
  readonly title: string
}

export interface LetterPage {
  readonly letters: readonly Letter[]
  /** Where the next page begins; null on the last one. */
  readonly next: Position | null
}

export class Letters {
  readonly #documents: LetterDocuments
  readonly #store: LetterStore
  readonly #sourceForCreating: LetterParts['sourceForCreating']

  constructor(parts: LetterParts) {
    this.#documents = parts.documents
    this.#store = parts.store
    this.#sourceForCreating = parts.sourceForCreating
  }

  /**
   * Creates a letter, or finds the one this member created under the same id (rule D1).
   *
   * May be repeated after any failure. The title of a letter that exists already is left alone.
   *
   * @returns `existed` tells that this call did not make the letter
   * @throws  CollabError `document/id-taken` when the id names anything but a living letter of this member
   */
  async create(request: LetterRequest): Promise<{ readonly letter: Letter; readonly existed: boolean }> {
    const { id = randomUUID(), firm, member, title } = request
    const before = await this.#store.find(id)
    if (before !== null) return { letter: assertOwn(before, request), existed: true }

    await this.#createDocument(id, member)
    const inserted = await this.#store.insert({ id, firm, title, createdBy: member })
    const letter = await this.#store.find(id)
    if (letter === null) throw new Error(`letter ${id} was inserted and is not there`)
    return { letter: assertOwn(letter, request), existed: !inserted }
  }

  /** A letter of this firm; null when it has none by that id, or archived it. */
  async find(firm: string, id: string): Promise<Letter | null> {
    const letter = await this.#store.find(id)
    return letter === null || letter.firm !== firm || letter.archived ? null : letter
  }

  /** The text of a letter at its durable head. The caller has found the letter, and may read it. */
  async read(id: string): Promise<Snapshot> {
    return this.#documents.read(keyOf(id))
  }

  /** The letters of a firm, newest first. New letters never move the pages that follow. */
  async list(firm: string, after: Position | null, limit: number): Promise<LetterPage> {
    const found = await this.#store.list(firm, after, limit + 1)
    const letters = found.slice(0, limit)
    return { letters, next: found.length > limit ? (letters.at(-1) ?? null) : null }
  }

  /** @throws CollabError `document/not-found` when it was archived meanwhile */
  async rename(letter: Letter, title: string): Promise<Letter> {
    if (!(await this.#store.rename(letter.firm, letter.id, title))) throw gone()
    return { ...letter, title }
  }

  /** Takes a letter out of every list. Its text and its history stay in the log. */
  async archive(letter: Letter): Promise<void> {
    await this.#store.archive(letter.firm, letter.id)
  }

  /**
   * Puts the first op into the log. The member always does so under the same source and seq, so that a
   * repetition is answered as a resend (rule S4), and a document somebody else created is told apart by the
   * log itself.
   */
  async #createDocument(id: string, member: string): Promise<void> {
    try {
      await this.#documents.submit(keyOf(id), {
        change: EMPTY_LETTER,
        base: null,
        source: this.#sourceForCreating(member, id),
        seq: 1,
        author: member,
        origin: null,
      })
    } catch (error) {
      if (error instanceof CollabError && error.code === 'document/exists') throw taken(error)
      throw error
    }
  }
}

function keyOf(id: string): DocumentKey {
  return { collection: COLLECTION, id }
}

function assertOwn(letter: Letter, { firm, member }: LetterRequest): Letter {
  if (letter.firm !== firm || letter.createdBy !== member || letter.archived) throw taken()
  return letter
}

function taken(cause?: unknown): CollabError {
  return new CollabError('document/id-taken', 'This id is in use. Choose another.', { cause })
}

function gone(): CollabError {
  return new CollabError('document/not-found', 'There is no such document.')
}
