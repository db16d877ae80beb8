import { CollabError, unavailable } from '../../ot/errors.ts'
import type { Subscription } from '../pubsub/bus.ts'
import { channelOf } from './channel.ts'
import { Document } from './document.ts'
import { applyLogged, NOTHING } from './step.ts'
import type { DocumentDeps, DocumentKey, Outcome, Snapshot, Submission } from './types.ts'

/** A document nobody looks at is let go after this long. */
const IDLE_MS = 60_000
const SWEEP_MS = 10_000
/** Copies that are stored at once when the node closes: their commits share the disk's time. */
const MAX_SAVING = 8
/** And while it serves, which must not have to wait for them. */
const MAX_LEAVING = 2

/**
 * The documents of this node that are in memory: loaded once, kept while they are in use, let go when idle.
 * This is the one way in for every change, from whatever door.
 */
export class Documents {
  readonly #deps: DocumentDeps
  readonly #resident = new Map<string, Document>()
  /** What other nodes say, by document. */
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #loading = new Map<string, Promise<Document>>()
  readonly #sweeper: NodeJS.Timeout
  #sweeping: Promise<unknown> | null = null
  #isClosed = false

  constructor(deps: DocumentDeps) {
    this.#deps = deps
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  get count(): number {
    return this.#resident.size
  }

  /** Those in memory. */
  residents(): Iterable<Document> {
    return this.#resident.values()
  }

  /** @throws CollabError server/closing, server/unavailable, document/log-broken */
  async open(key: DocumentKey): Promise<Document> {
    const name = channelOf(key)
    const resident = this.#resident.get(name)
    if (resident) {
      // What nobody had made when it was loaded, another node may have made since, or this one is making now.
      if (resident.durable.version === 0) await resident.catchUpTo(1)
      return resident
    }
    if (this.#isClosed)
      throw new CollabError('server/closing', 'This server is shutting down. Connect again.')
    const loading = this.#loading.get(name) ?? this.#load(name, key)
    return loading
  }

  /** The document, when it is in memory already. */
  resident(key: DocumentKey): Document | undefined {
    return this.#resident.get(channelOf(key))
  }

  /** @throws as Document.submit and open */
  async submit(key: DocumentKey, submission: Submission): Promise<Outcome> {
    return (await this.open(key)).submit(submission)
  }

  /** The durable head; version 0 and type null for a document that was never created. */
  async read(key: DocumentKey): Promise<Snapshot> {
    return (await this.open(key)).durable
  }

  /**
   * The document as it was at `version`, replayed from its first op in pieces, so that others get their turns.
   *
   * @throws CollabError document/no-version
   */
  async readAt(key: DocumentKey, version: number): Promise<Snapshot> {
    const document = await this.open(key)
    await document.catchUpTo(version)
    const head = document.durable.version
    if (version > head) {
      throw new CollabError('document/no-version', `The newest version is ${head}.`, { data: { head } })
    }
    let at = NOTHING
    while (at.version < version) {
      const ops = await document.ops(at.version, version)
      for (const op of ops) at = applyLogged(at, op, this.#deps.typeOf)
    }
    return at
  }

  /**
   * Stores copies of all documents. Call it when nothing is submitted any more and the committer is closed.
   *
   * @param signal  says that there is no time for more of it: a copy is only there to be read sooner
   */
  async close(signal?: AbortSignal): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#sweeper)
    await Promise.allSettled([...this.#loading.values(), this.#sweeping])
    const documents = this.#resident.values()
    const save = async () => {
      for (const document of documents) {
        if (signal?.aborted) return
        await document.save().catch((error) => this.#deps.onError(error, document.key))
      }
    }
    await Promise.all(Array.from({ length: MAX_SAVING }, save))
    for (const name of this.#resident.keys()) this.#stopListening(name)
    this.#resident.clear()
  }

  #load(name: string, key: DocumentKey): Promise<Document> {
    // Listening comes before reading, so that what is committed in between is not missed.
    let heard = 0
    const subscription = this.#deps.bus.subscribe(name, (message) => {
      const version = Number(message)
      if (!Number.isSafeInteger(version)) return // none of ours
      heard = Math.max(heard, version)
      this.#resident.get(name)?.noticeHead(version)
    })
    const loading = Document.load(key, this.#deps)
      .then(
        (document) => {
          this.#resident.set(name, document)
          this.#subscriptions.set(name, subscription)
          document.noticeHead(heard)
          return document
        },
        (error) => {
          subscription.end()
          throw unavailable(error)
        },
      )
      .finally(() => this.#loading.delete(name))
    this.#loading.set(name, loading)
    return loading
  }

  /** Lets go of what is idle; not again while that is still being done. */
  #sweep(): void {
    if (this.#sweeping !== null) return
    const before = this.#deps.clock.now() - IDLE_MS
    const idle = [...this.#resident].filter(([, each]) => each.isIdle && each.lastUsed < before)
    if (idle.length === 0) return
    const waiting = idle.values()
    const letGo = async () => {
      for (const [name, document] of waiting) if (!this.#isClosed) await this.#letGo(name, document)
    }
    this.#sweeping = Promise.all(Array.from({ length: MAX_LEAVING }, letGo)).finally(() => {
      this.#sweeping = null
    })
  }

  async #letGo(name: string, document: Document): Promise<void> {
    const lastUsed = document.lastUsed
    try {
      await document.save()
    } catch (error) {
      return this.#deps.onError(error, document.key) // it stays, and is tried again
    }
    // Somebody may have come back while the copy was written.
    if (!document.isIdle || document.lastUsed !== lastUsed) return
    this.#resident.delete(name)
    this.#stopListening(name)
  }

  #stopListening(name: string): void {
    this.#subscriptions.get(name)?.end()
    this.#subscriptions.delete(name)
  }
}
