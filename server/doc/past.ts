/**
 * The past of a letter: its history, and what it was at any version. The caller has found the letter, and may read it.
 */
import type { LetterDocument } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import type { Audit } from '../store/audit.ts'
import type { OpTimes } from '../store/op-times.ts'
import type { VersionName, VersionNames } from '../store/version-names.ts'
import type { Document } from './document.ts'
import type { Documents } from './documents.ts'
import { type HistoryPage, historyPage, pieces } from './history.ts'
import type { Reckoner } from './reckoner.ts'
import type { Answer, Kind, Task } from './reckoning.ts'
import type { Snapshots } from './snapshots.ts'

export type { VersionName }

const COLLECTION = 'letters'
/** A snapshot is made where so many ops had to be replayed for want of one. */
const LONG = 1_000

/** Told now and then which part of a reckoning is done: more than 0, less than 1. */
export type OnProgress = (part: number) => void

export interface PastParts {
  readonly documents: Documents
  readonly times: OpTimes
  readonly names: VersionNames
  readonly audit: Audit
  readonly reckoner: Reckoner
  readonly snapshots: Snapshots
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
    const document = await this.open(letter)
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
    const head = (await this.open(letter)).durable.version
    return { head, parts: await this.#parts.times.sizes(COLLECTION, letter, head, parts) }
  }

  /** The versions that have a name, in order. */
  async names(letter: string): Promise<VersionName[]> {
    return this.#parts.names.list(letter, 1, (await this.open(letter)).durable.version)
  }

  /** The letter at a version. @throws CollabError document/no-version */
  async content(letter: string, version: number): Promise<LetterDocument> {
    return this.reckon(letter, { kind: 'letter' }, version, version)
  }

  /** The newest version at a moment, milliseconds since 1970. @throws CollabError document/no-version before the first */
  async versionAt(letter: string, time: number): Promise<number> {
    const version = await this.#parts.times.versionAt(COLLECTION, letter, time)
    if (version > 0) return version
    throw new CollabError('document/no-version', 'The letter did not exist yet at that time.')
  }

  /** What became of the letter from one version to a later one, in JSON. @throws CollabError document/no-version */
  async compare(letter: string, from: number, to: number, onProgress?: OnProgress): Promise<Uint8Array> {
    return this.reckon(letter, { kind: 'compare', from }, from, to, onProgress)
  }

  /** Who wrote what of the letter at a version, in JSON. @throws CollabError document/no-version */
  async blame(letter: string, version: number, onProgress?: OnProgress): Promise<Uint8Array> {
    return this.reckon(letter, { kind: 'blame' }, version, version, onProgress)
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

  /** Gives a version a name, for those who look for it later. @throws CollabError document/no-version */
  async name(letter: string, name: Omit<VersionName, 'time'>): Promise<VersionName> {
    await this.#reach(letter, name.version)
    this.#parts.snapshots.request(letter, name.version)
    return this.#parts.names.put(letter, name)
  }

  /**
   * Reckons from the log up to version `to`.
   *
   * @param from  the version before which nothing is needed but the letter and who wrote it
   */
  async reckon<K extends Kind>(
    letter: string,
    task: Task<K>,
    from: number,
    to: number,
    onProgress: OnProgress = () => undefined,
  ): Promise<Answer<K>> {
    const document = await this.#reach(letter, Math.max(from, to))
    const { snapshots, reckoner } = this.#parts
    const start = await snapshots.start(letter, from)
    const total = to - start.version
    const onPiece = (read: number) => read < total && onProgress(read / total)
    const answer = await reckoner.reckon(task, start, pieces(document, start.version, to, onPiece))
    if (from - start.version > LONG) snapshots.request(letter, from)
    return answer
  }

  open(letter: string): Promise<Document> {
    return this.#parts.documents.open({ collection: COLLECTION, id: letter })
  }

  /** The document, when it has a version. */
  async #reach(letter: string, version: number): Promise<Document> {
    const document = await this.open(letter)
    await document.catchUpTo(version)
    const head = document.durable.version
    if (version <= head) return document
    throw new CollabError('document/no-version', `The newest version is ${head}.`, { data: { head } })
  }
}
