import { type Bus, Listeners, type Subscription } from './bus.ts'
import { ClusterLinks } from './cluster-links.ts'
import { type RedisLinks, ServerLinks } from './redis-links.ts'

/** Keeps our channels apart from those of other programs on the same server. */
const PREFIX = 'copperplate:'
/** Characters that may be on their way to Redis, and what a message costs besides its own: beyond, it is dropped. */
const MAX_IN_HAND = 4 * 1024 * 1024
const MESSAGE_COST = 500

export interface RedisBusOptions {
  /** One is a server. Several are nodes of a cluster, which know the others. */
  readonly urls: readonly string[]
  /** Told of the first failure after all was well, and of nothing more until it is again: the links mend themselves. */
  readonly onAway: (error: Error) => void
}

/**
 * A bus over Redis.
 *
 * While Redis is away, messages are dropped at once instead of being kept for later, and while it hangs, beyond a
 * bound: by the time it is back everybody looks into the log. The links come back by themselves, and then take the
 * channels up again.
 */
export class RedisBus implements Bus {
  readonly #links: RedisLinks
  readonly #listeners = new Listeners()
  readonly #active = new Map<string, Promise<void>>()
  readonly #onBack = new Set<() => void>()
  readonly #onAway: (error: Error) => void
  #inHand = 0
  readonly #away = new Set<'publishing' | 'listening'>()
  #isClosed = false

  constructor({ urls, onAway }: RedisBusOptions) {
    this.#onAway = onAway
    const listening = {
      heard: (name: string, message: string) => this.#listeners.call(name, message),
      back: () => this.#isBack(),
      failed: (error: Error) => this.#failed('listening', error),
    }
    const publishing = { failed: (error: Error) => this.#failed('publishing', error) }
    this.#links =
      urls.length === 1 ? new ServerLinks(urls[0]!, listening, publishing) : new ClusterLinks(urls, listening)
  }

  /** Characters that were handed to the links and not taken by Redis, costs of messages included. */
  get inHand(): number {
    return this.#inHand
  }

  publish(channel: string, message: string): void {
    const cost = message.length + MESSAGE_COST
    if (this.#inHand + cost > MAX_IN_HAND) return
    const published = this.#links.publish(PREFIX + channel, message)
    if (published === null) return
    this.#inHand += cost
    published.then(
      () => {
        this.#inHand -= cost
        this.#away.delete('publishing')
      },
      (error) => {
        this.#inHand -= cost
        this.#failed('publishing', error)
      },
    )
  }

  subscribe(channel: string, listener: (message: string) => void): Subscription {
    const name = PREFIX + channel
    if (this.#listeners.add(name, listener)) {
      this.#active.set(name, new Promise((resolve) => this.#links.listen(name, resolve)))
    }
    return { active: this.#active.get(name)!, end: () => this.#end(name, listener) }
  }

  onBack(listener: () => void): () => void {
    this.#onBack.add(listener)
    return () => void this.#onBack.delete(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#links.close()
  }

  #end(name: string, listener: (message: string) => void): void {
    if (!this.#listeners.remove(name, listener)) return
    this.#active.delete(name)
    this.#links.leave(name)
  }

  #failed(what: 'publishing' | 'listening', error: Error): void {
    if (this.#isClosed) return
    if (this.#away.size === 0) this.#onAway(error)
    this.#away.add(what)
  }

  #isBack(): void {
    this.#away.clear()
    for (const listener of this.#onBack) listener()
  }
}
