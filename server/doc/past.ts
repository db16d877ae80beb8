/**
 * The past of a letter: its history, and what it was at any version. The caller has found the letter, and may read it.
 */
import { type Blame, type Blamed, stretchesOf } from '../../ot/blame.ts'
import { compareLetters, type Passage } from '../../ot/comparison.ts'
import type { LetterDocument } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import type { Audit } from '../store/audit.ts'
import type { OpTimes } from '../store/op-times.ts'
import type { VersionName, VersionNames } from '../store/version-names.ts'
import type { Document } from './document.ts'
import type { Documents } from './documents.ts'
import { type HistoryPage, historyPage, opsBetween } from './history.ts'
import { blameThrough, letterEdits, NO_LETTER } from './letter-edits.ts'
import type { DocumentKey, Snapshot } from './types.ts'

export type { VersionName }

const COLLECTION = 'letters'
/** Ops folded in one go, so that others get their turns. */
const PIECE = 500

export interface PastParts {
  readonly documents: Documents
  readonly times: OpTimes
  readonly names: VersionNames
  readonly audit: Audit
}

export interface NamedHistoryPage extends HistoryPage {
  /** The newest version there is. */
  readonly head: number
  /** Names of versions of these sessions. */
  readonly names: readonly VersionName[]
  /** Why it was rolled back, by version. */
  readonly reasons: ReadonlyMap<number, string>
}

/** How much was changed in equal parts of the log, in characters of JSON: for a picture of it. */
export interface Activity {
  readonly head: number
  readonly parts: readonly number[]
}

export class Past {
  readonly #parts: PastParts

  constructor(parts: PastParts) {
    this.#parts = parts
  }

  /** Sessions, newest first. @param to  the version the page ends with; null for the newest */
  async history(letter: string, to: number | null, limit: number): Promise<NamedHistoryPage> {
    const document = await this.#open(letter)
    const head = document.durable.version
    const page = await historyPage(document, Math.min(to ?? head, head), limit)
    const { sessions } = page
    const [first, last] = [sessions.at(-1)?.from ?? 0, sessions[0]?.to ?? 0]
    const [names, reasons] = await Promise.all([
      this.#parts.names.list(letter, first, last),
      this.#parts.audit.reasons(letter, first, last),
    ])
    return { ...page, head, names, reasons }
  }

  async activity(letter: string, parts: number): Promise<Activity> {
    const head = (await this.#open(letter)).durable.version
    return { head, parts: await this.#parts.times.sizes(COLLECTION, letter, head, parts) }
  }

  /** The versions that have a name, in order. */
  async names(letter: string): Promise<VersionName[]> {
    return this.#parts.names.list(letter, 1, (await this.#open(letter)).durable.version)
  }

  /** The letter at a version. @throws CollabError document/no-version */
  async content(letter: string, version: number): Promise<Snapshot> {
    return this.#parts.documents.readAt(keyOf(letter), version)
  }

  /** The newest version at a moment, milliseconds since 1970. @throws CollabError document/no-version before the first */
  async versionAt(letter: string, time: number): Promise<number> {
    const version = await this.#parts.times.versionAt(COLLECTION, letter, time)
    if (version > 0) return version
    throw new CollabError('document/no-version', 'The letter did not exist yet at that time.')
  }

  /** What became of the letter from one version to a later one. @throws CollabError document/no-version */
  async compare(letter: string, from: number, to: number): Promise<Passage[]> {
    const document = await this.#reach(letter, to)
    const base = await this.letterAt(letter, from)
    const edits = letterEdits(base, await opsBetween(document, from, to))
    return compareLetters(
      base,
      edits.map(({ op, author }) => ({ op, author: author || null })),
    )
  }

  /** Who wrote what of the letter at a version. @throws CollabError document/no-version */
  async blame(letter: string, version: number): Promise<Blamed[]> {
    return stretchesOf(await this.blameAt(letter, version))
  }

  /**
   * The ops that lead from version `from` towards `to`: as many as are worth handling in one go.
   *
   * @throws CollabError document/no-version
   */
  async ops(letter: string, from: number, to: number): Promise<readonly LoggedOp[]> {
    const document = await this.#reach(letter, to)
    return document.ops(from, to)
  }

  /** The letter at a version; one that was not there has nothing in it. */
  async letterAt(letter: string, version: number): Promise<LetterDocument> {
    const { type, data } = await this.content(letter, version)
    return type === null ? NO_LETTER : (data as LetterDocument)
  }

  async blameAt(letter: string, version: number): Promise<Blame> {
    const document = await this.#reach(letter, version)
    let blame: Blame = NO_LETTER
    for (let at = 0; at < version; at += PIECE) {
      blame = blameThrough(blame, await opsBetween(document, at, Math.min(version, at + PIECE)))
    }
    return blame
  }

  /** Gives a version a name, for those who look for it later. @throws CollabError document/no-version */
  async name(letter: string, name: Omit<VersionName, 'time'>): Promise<VersionName> {
    await this.#reach(letter, name.version)
    return this.#parts.names.put(letter, name)
  }

  /** The document, when it has a version. */
  async #reach(letter: string, version: number): Promise<Document> {
    const document = await this.#open(letter)
    await document.catchUpTo(version)
    const head = document.durable.version
    if (version <= head) return document
    throw new CollabError('document/no-version', `The newest version is ${head}.`, { data: { head } })
  }

  #open(letter: string): Promise<Document> {
    return this.#parts.documents.open(keyOf(letter))
  }
}

function keyOf(id: string): DocumentKey {
  return { collection: COLLECTION, id }
}
