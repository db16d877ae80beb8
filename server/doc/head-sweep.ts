import { CollabError } from '../../ot/errors.ts'
import type { Timer } from '../clock.ts'
import type { Bus } from '../pubsub/bus.ts'
import type { OpLog } from '../store/op-log.ts'
import type { Document } from './document.ts'
import type { DocumentKey } from './types.ts'

/** Half of the two seconds a reader may be behind (rule R4); the other half is for catching up. */
const EVERY_MS = 1_000
/** Documents asked for in one query: a quarter of a megabyte of numbers. */
const MAX_ASKED = 10_000
/** Documents that catch up at once: as many connections are left for everything else. */
const MAX_CATCHING_UP = 4

export interface SweepParts {
  readonly log: Pick<OpLog, 'movedHeads'>
  readonly bus: Pick<Bus, 'onBack'>
  readonly timer: Timer
  /** Those in memory. */
  readonly residents: () => Iterable<Document>
  /** The log could not be read. Told once, until it can be again. */
  readonly onAway: (error: unknown) => void
  /** A document cannot catch up, though the log can be read. Told once for each version it should be at. */
  readonly onStuck: (error: unknown, key: DocumentKey) => void
  /** The log ends before what a document knew to be durable: the database was taken back (rule S9). */
  readonly onRewound: (key: DocumentKey) => void
}

/**
 * Compares the documents in memory with the heads of the log, every second and whenever the bus has been away, so that
 * a message between nodes that was lost costs a second and not the truth (rule R4).
 *
 * The log answers with the heads that differ from what it was told, which are those that were just written to: to hear
 * that of 10,000 documents none has moved takes 3.4 ms of this thread, of 1,000 documents 0.4 ms. A document that finds itself
 * behind reads what it lacks and tells its sockets, as it does for any news.
 *
 * One sweep runs at a time. A sweep that takes longer than a second takes the place of those that would have come.
 */
export class HeadSweep {
  readonly #parts: SweepParts
  #sweeping: Promise<void> | null = null
  /** Somebody wants a sweep that begins after the present one. */
  #isWantedAgain = false
  #isAway = false
  #isClosed = false
  #cancel: () => void
  readonly #hearNoMore: () => void
  /** What a document should have reached and could not, to be told once. */
  readonly #stuck = new WeakMap<Document, number>()

  constructor(parts: SweepParts) {
    this.#parts = parts
    this.#cancel = parts.timer.after(EVERY_MS, () => this.#tick())
    this.#hearNoMore = parts.bus.onBack(() => this.#sweepAfterThis())
  }

  /** Sweeps no more; resolves when nothing is asked any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    this.#hearNoMore()
    await this.#sweeping
  }

  #tick(): void {
    this.#cancel = this.#parts.timer.after(EVERY_MS, () => this.#tick())
    if (this.#sweeping === null) this.#begin()
  }

  /** What the present sweep has asked may have been asked too early. */
  #sweepAfterThis(): void {
    if (this.#sweeping === null) this.#begin()
    else this.#isWantedAgain = true
  }

  #begin(): void {
    if (this.#isClosed) return
    this.#sweeping = this.#sweep().finally(() => {
      this.#sweeping = null
      if (!this.#isWantedAgain) return
      this.#isWantedAgain = false
      this.#begin()
    })
  }

  /** Never rejects. */
  async #sweep(): Promise<void> {
    // At version 0 it may have no number yet. Whoever opens it next looks for it.
    const named = [...this.#parts.residents()].filter((document) => document.reached > 0)
    try {
      for (let at = 0; at < named.length; at += MAX_ASKED)
        await this.#compare(named.slice(at, at + MAX_ASKED))
      this.#isAway = false
    } catch (error) {
      if (!this.#isAway) this.#parts.onAway(error)
      this.#isAway = true
    }
  }

  async #compare(documents: readonly Document[]): Promise<void> {
    const known = documents.map((each) => ({ document: each.document, version: each.durable.version }))
    const moved = await this.#parts.log.movedHeads(known)
    for (const { document, version } of known) {
      if ((moved.get(document) ?? version) >= version) continue
      this.#parts.onRewound(documents.find((each) => each.document === document)!.key)
    }
    const behind = documents.filter((each) => (moved.get(each.document) ?? 0) > each.reached)
    const next = behind.values()
    const catchUp = async () => {
      for (const document of next) await this.#catchUp(document, moved.get(document.document)!)
    }
    await Promise.all(Array.from({ length: MAX_CATCHING_UP }, catchUp))
  }

  async #catchUp(document: Document, head: number): Promise<void> {
    try {
      await document.catchUpTo(head)
      const { version } = document.durable
      if (version < head) throw new CollabError('document/log-broken', `${version} is not the head, ${head}`)
      this.#stuck.delete(document)
    } catch (error) {
      if (this.#stuck.get(document) === head) return
      this.#stuck.set(document, head)
      this.#parts.onStuck(error, document.key)
    }
  }
}
