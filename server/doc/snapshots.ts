/**
 * Snapshots of letters (rule T1): made now and then beside the editing, and where reading the past starts.
 *
 * They are caches of the log. One that does not open is an alarm and a longer replay, and never a wrong letter: what counts
 * was verified when it was made, and its seal says that it is the same.
 */
import type { Clock } from '../clock.ts'
import type { SealedSnapshots } from '../store/sealed-snapshots.ts'
import type { Document } from './document.ts'
import type { Documents } from './documents.ts'
import { pieces } from './history.ts'
import type { PackedStart, Reckoner } from './reckoner.ts'

/** A snapshot is made after so many ops, and of a letter that was edited at all after so long. */
const EVERY_OPS = 200
const EVERY_MS = 5 * 60_000
const SWEEP_MS = 1_000
/** Snapshots that are tried before a letter is replayed from its first op. */
const TRIES = 3
/** Where nobody made any, as in a letter that was imported, there is one for so many ops. */
const GAP_OPS = 1_000

export interface SnapshotParts {
  readonly documents: Documents
  readonly store: Pick<SealedSnapshots, 'upTo' | 'open' | 'keep'>
  readonly reckoner: Reckoner
  readonly clock: Clock
  /** Of the database. */
  readonly epoch: string
  /** The firm of a letter; null for one that is not there. */
  readonly firmOf: (letter: string) => Promise<string | null>
  /** Told of snapshots that do not open, or could not be made. */
  readonly onAlarm: (error: unknown, letter: string, version: number) => void
}

/** The newest snapshot of a letter, as far as this node knows. */
interface Newest {
  readonly version: number
  /** When this node saw the letter move on from it; null while it has not. */
  readonly movedAt: number | null
}

export class Snapshots {
  readonly #parts: SnapshotParts
  readonly #newest = new WeakMap<Document, Newest>()
  readonly #sweeper: NodeJS.Timeout
  /** What is being made, one after the other: nobody waits for it. */
  #making: Promise<void> = Promise.resolve()
  readonly #queued = new Set<string>()
  #isClosed = false

  constructor(parts: SnapshotParts) {
    this.#parts = parts
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref()
  }

  /** The newest snapshot up to a version; the beginning when there is none that opens. */
  async start(letter: string, version: number): Promise<PackedStart> {
    for (const mark of await this.#parts.store.upTo(letter, version, TRIES)) {
      try {
        return { version: mark.version, packed: await this.#parts.store.open(mark) }
      } catch (error) {
        this.#parts.onAlarm(error, letter, mark.version)
      }
    }
    return { version: 0, packed: null }
  }

  /** Has a snapshot made, when there is none of that version. */
  request(letter: string, version: number): void {
    const name = `${letter} ${version}`
    if (this.#isClosed || this.#queued.has(name)) return
    this.#queued.add(name)
    this.#making = this.#making
      .then(() => (this.#isClosed ? undefined : this.#make(letter, version)))
      .catch((error) => this.#parts.onAlarm(error, letter, version))
      .finally(() => this.#queued.delete(name))
  }

  /** Looks at the letters in memory which of them is due. */
  sweep(): void {
    const now = this.#parts.clock.now()
    for (const document of this.#parts.documents.residents()) {
      if (document.key.collection !== 'letters') continue
      const { version } = document.durable
      const newest = this.#newest.get(document)
      if (newest === undefined) {
        this.#lookUp(document)
        continue
      }
      const isMoved = version > newest.version
      const isDue =
        version - newest.version >= EVERY_OPS || (isMoved && now - (newest.movedAt ?? now) >= EVERY_MS)
      if (isDue) this.request(document.key.id, version)
      this.#newest.set(
        document,
        isDue ? { version, movedAt: null } : { ...newest, movedAt: isMoved ? (newest.movedAt ?? now) : null },
      )
    }
  }

  /** Another node may have made the newest one, or this one before the letter left its memory. */
  #lookUp(document: Document): void {
    const { version } = document.durable
    // Nobody looks twice; until the answer is there, nothing is due.
    this.#newest.set(document, { version: Number.POSITIVE_INFINITY, movedAt: null })
    this.#parts.store.upTo(document.key.id, version, 1).then(
      ([mark]) => this.#newest.set(document, { version: mark?.version ?? 0, movedAt: null }),
      // The database is away, as others will tell; the next sweep asks again.
      () => this.#newest.delete(document),
    )
  }

  /** What is being made is finished; what waits is not. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#sweeper)
    await this.#making
  }

  async #make(letter: string, version: number): Promise<void> {
    const { documents, store, firmOf } = this.#parts
    const [newest] = await store.upTo(letter, version, 1)
    const firm = await firmOf(letter)
    if (newest?.version === version || firm === null) return
    const document = await documents.open({ collection: 'letters', id: letter })
    let start = await this.start(letter, version)
    while (start.version < version && !this.#isClosed) {
      start = await this.#makeNext(document, firm, start, Math.min(version, start.version + GAP_OPS))
    }
  }

  async #makeNext(
    document: Document,
    firm: string,
    start: PackedStart,
    version: number,
  ): Promise<PackedStart> {
    const { store, reckoner, epoch } = this.#parts
    const packed = await reckoner.reckon(
      { kind: 'snapshot' },
      start,
      pieces(document, start.version, version),
    )
    await store.keep(packed, { firm, letter: document.key.id, epoch, version })
    return { version, packed }
  }
}
