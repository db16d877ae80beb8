import { Redis, type RedisOptions } from 'ioredis'
import { type Listening, ListeningLink } from './listening-link.ts'

/** The way to Redis, whether it is one server or a cluster. */
export interface RedisLinks {
  /** Null while the link is away. Rejects soon when it does not answer. */
  publish(channel: string, message: string): Promise<unknown> | null
  /** @param whenHeard  called when messages of the channel are heard, for the first time or again */
  listen(channel: string, whenHeard: () => void): void
  leave(channel: string): void
  close(): void
}

export interface Publishing {
  readonly failed: (error: Error) => void
}

const MAX_RETRY_MS = 1_000
/** A server that is there answers in a millisecond. */
const SILENCE_MS = 2_000

export const retryMs = (attempt: number) => Math.min(50 * attempt, MAX_RETRY_MS)

/**
 * Every connection comes back by itself, keeps nothing for later while it is away, and counts as away when it owes an
 * answer for too long: a server that hangs takes what it is sent until the sender has no memory left.
 */
export const CONNECTION: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  connectTimeout: SILENCE_MS,
  socketTimeout: SILENCE_MS,
  retryStrategy: retryMs,
}

/** One server: a connection that publishes, and one that listens. */
export class ServerLinks implements RedisLinks {
  readonly #publisher: Redis
  readonly #listener: ListeningLink

  constructor(url: string, listening: Listening, publishing: Publishing) {
    this.#publisher = new Redis(url, CONNECTION)
    this.#publisher.on('error', publishing.failed)
    this.#listener = new ListeningLink(new Redis(url, CONNECTION), 'subscribe', listening)
  }

  publish(channel: string, message: string): Promise<unknown> | null {
    return this.#publisher.status === 'ready' ? this.#publisher.publish(channel, message) : null
  }

  listen(channel: string, whenHeard: () => void): void {
    this.#listener.add(channel, whenHeard)
  }

  leave(channel: string): void {
    this.#listener.remove(channel)
  }

  close(): void {
    this.#publisher.disconnect()
    this.#listener.close()
  }
}
