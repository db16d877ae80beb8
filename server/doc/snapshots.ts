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

/** How far a letter is from its newest snapshot, as far as this node knows. */
interface Behind {
  /** The version of that snapshot; 0 when there need not be one. */
  readonly snapshot: number
  /** The version this node saw last. */
  readonly seen: number
  /** When it first saw somebody write after the snapshot; null while nobody has. */
  readonly since: number | null
}

export class Snapshots {
  readonly #parts: SnapshotParts
  readonly #behind = new WeakMap<Document, Behind>()
  readonly #sweeper: NodeJS.Timeout
  /** What is being made, one after the other: nobody waits for it. */
  #making: Promise<void> = Promise.resolve()
  readonly #queued = new Set<string>()
  #isClosed = false

  constructor(parts: SnapshotParts) {
    this.#parts = parts
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref()
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

  /** Has a snapshot made, unless the one before that version is less than `behind` ops older. */
  request(letter: string, version: number, behind = 1): void {
    const name = `${letter} ${version}`
    if (this.#isClosed || this.#queued.has(name)) return
    this.#queued.add(name)
    this.#making = this.#making
      .then(() => (this.#isClosed ? undefined : this.#make(letter, version, behind)))
      .catch((error) => this.#parts.onAlarm(error, letter, version))
      .finally(() => this.#queued.delete(name))
  }

  /** Resolves when nothing is being made. */
  settled(): Promise<void> {
    return this.#making
  }

  /** What is being made is finished; what waits is not. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#sweeper)
    await this.#making
  }

  /** Looks at the letters in memory which of them is due. */
  #sweep(): void {
    const now = this.#parts.clock.now()
    for (const document of this.#parts.documents.residents()) {
      if (document.key.collection !== 'letters') continue
      const { version } = document.durable
      const { snapshot, seen, since: before } = this.#behind.get(document) ?? this.#first(document)
      const since = before ?? (version > seen ? now : null)
      const isDue = version - snapshot >= EVERY_OPS || (since !== null && now - since >= EVERY_MS)
      if (isDue) this.request(document.key.id, version)
      this.#behind.set(
        document,
        isDue ? { snapshot: version, seen: version, since: null } : { snapshot, seen: version, since },
      )
    }
  }

  /** What was written before this node looked may be in a snapshot, or not: of a long letter that is looked up. */
  #first({ key, durable: { version } }: Document): Behind {
    const isLong = version >= EVERY_OPS
    if (isLong) this.request(key.id, version, EVERY_OPS)
    return { snapshot: isLong ? version : 0, seen: version, since: null }
  }

  async #make(letter: string, version: number, behind: number): Promise<void> {
    const { documents, store, firmOf } = this.#parts
    const [newest] = await store.upTo(letter, version, 1)
    const firm = await firmOf(letter)
    if (version - (newest?.version ?? 0) < behind || firm === null) return
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
