import type { Redis } from 'ioredis'

/** How often a link without news is asked whether it is still there. Nobody would notice otherwise. */
const PING_MS = 5_000
/** Channels that are taken up with one command. */
const AT_ONCE = 1_000

export interface Listening {
  readonly heard: (channel: string, message: string) => void
  /** Everything that is wanted is listened to, for the first time or again. */
  readonly back: () => void
  readonly failed: (error: Error) => void
  /** A channel belongs to another node of the cluster by now. */
  readonly moved?: () => void
}

/**
 * One connection that listens (one that listens with RESP2 can do nothing else), and the channels it is to listen to.
 *
 * The channels are remembered here rather than queued in ioredis: while the connection is away nothing waits for it,
 * and when it is there it takes up what is wanted by then. A connection that swallows what it is sent is found out by
 * its ping, and made anew.
 *
 * @param command  `ssubscribe` for channels that belong to the slots of a cluster
 */
export class ListeningLink {
  readonly #redis: Redis
  readonly #command: 'subscribe' | 'ssubscribe'
  readonly #listening: Listening
  /** What is told when a channel is listened to, by channel. */
  readonly #wanted = new Map<string, () => void>()
  readonly #pings: NodeJS.Timeout
  #isClosed = false

  constructor(redis: Redis, command: 'subscribe' | 'ssubscribe', listening: Listening) {
    this.#redis = redis
    this.#command = command
    this.#listening = listening
    // A link without an error listener ends the process when it breaks. One that is cut while it is being made
    // complains after it was closed, which is no news.
    redis.on('error', (error) => {
      if (!this.#isClosed) listening.failed(error)
    })
    redis.on(command === 'subscribe' ? 'message' : 'smessage', (channel: string, message: string) =>
      listening.heard(channel, message),
    )
    redis.on('moved', () => listening.moved?.())
    redis.on('ready', () => void this.#takeUp())
    this.#pings = setInterval(() => {
      if (this.#isReady) redis.ping().catch(() => undefined)
    }, PING_MS).unref()
  }

  get #isReady(): boolean {
    return this.#redis.status === 'ready'
  }

  get channels(): readonly string[] {
    return [...this.#wanted.keys()]
  }

  /** @param whenHeard  called when messages are heard, for the first time or again */
  add(channel: string, whenHeard: () => void): void {
    this.#wanted.set(channel, whenHeard)
    if (this.#isReady) void this.#listenTo([channel])
  }

  /** Answers what `add` was given. */
  remove(channel: string): () => void {
    const whenHeard = this.#wanted.get(channel)!
    this.#wanted.delete(channel)
    if (!this.#isReady) return whenHeard
    const leaving =
      this.#command === 'subscribe' ? this.#redis.unsubscribe(channel) : this.#redis.sunsubscribe(channel)
    leaving.catch(() => undefined) // then the connection is gone, and the channel with it
    return whenHeard
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#pings)
    this.#redis.disconnect()
  }

  async #takeUp(): Promise<void> {
    const channels = [...this.#wanted.keys()]
    // The channels of one SSUBSCRIBE must be of one slot.
    const step = this.#command === 'subscribe' ? AT_ONCE : 1
    const taking: Promise<boolean>[] = []
    for (let at = 0; at < channels.length; at += step)
      taking.push(this.#listenTo(channels.slice(at, at + step)))
    const taken = await Promise.all(taking)
    // Where one failed, the connection is gone again or the channel is elsewhere by now: what comes next says so.
    if (taken.every(Boolean)) this.#listening.back()
  }

  /** Answers whether messages are heard. */
  async #listenTo(channels: readonly string[]): Promise<boolean> {
    try {
      await (this.#command === 'subscribe'
        ? this.#redis.subscribe(...channels)
        : this.#redis.ssubscribe(...channels))
    } catch (error) {
      const { message } = error as Error // ioredis rejects with errors
      if (this.#isReady && !message.startsWith('MOVED')) this.#listening.failed(error as Error)
      return false
    }
    for (const channel of channels) this.#wanted.get(channel)?.()
    return true
  }
}
