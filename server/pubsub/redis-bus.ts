import { Redis } from 'ioredis'
import { type Bus, Listeners, type Subscription } from './bus.ts'

/** Keeps our channels apart from those of other programs on the same server. */
const PREFIX = 'copperplate:'
const MAX_RETRY_MS = 1_000

/**
 * A bus over Redis: one link that publishes, one that listens (a listening link can do nothing else).
 *
 * While Redis is away, messages are dropped at once instead of being kept for later: by the time it is back
 * everybody has looked into the log. Both links come back by themselves, and the listening one takes its
 * channels up again.
 */
export class RedisBus implements Bus {
  readonly #publisher: Redis
  readonly #subscriber: Redis
  readonly #listeners = new Listeners()
  readonly #active = new Map<string, Promise<void>>()
  #isClosed = false

  /** @param onError  told of every failure of a link; the link mends itself */
  constructor(url: string, onError: (error: Error) => void) {
    const retryStrategy = (attempt: number) => Math.min(50 * attempt, MAX_RETRY_MS)
    this.#publisher = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy })
    this.#subscriber = new Redis(url, { retryStrategy, maxRetriesPerRequest: null, autoResubscribe: true })
    // A link without an error listener ends the process when it breaks. One that is cut while it is being made
    // complains after it was closed, which is no news.
    const report = (error: Error) => {
      if (!this.#isClosed) onError(error)
    }
    this.#publisher.on('error', report)
    this.#subscriber.on('error', report)
    this.#subscriber.on('message', (channel: string, message: string) =>
      this.#listeners.call(channel, message),
    )
  }

  publish(channel: string, message: string): void {
    this.#publisher.publish(PREFIX + channel, message).catch(() => undefined)
  }

  subscribe(channel: string, listener: (message: string) => void): Subscription {
    const name = PREFIX + channel
    if (this.#listeners.add(name, listener)) this.#active.set(name, this.#listen(name))
    return { active: this.#active.get(name)!, end: () => this.#end(name, listener) }
  }

  /** ioredis queues the command until the link is there; it fails only when the bus is closed. */
  async #listen(name: string): Promise<void> {
    await this.#subscriber.subscribe(name).catch(() => undefined)
  }

  #end(name: string, listener: (message: string) => void): void {
    if (!this.#listeners.remove(name, listener)) return
    this.#active.delete(name)
    this.#subscriber.unsubscribe(name).catch(() => undefined)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#publisher.disconnect()
    this.#subscriber.disconnect()
  }
}
