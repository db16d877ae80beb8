import { Cluster, Command, Redis, type RedisOptions } from 'ioredis'
import { type Listening, ListeningLink } from './listening-link.ts'
import { CONNECTION, type RedisLinks, retryMs } from './redis-links.ts'

/** How often the cluster is asked who has which slot; also whenever something hints that it has changed. */
const REFRESH_MS = 5_000
/** A message is sent after a slot that moves so many times at most: it is a hint. */
const MAX_REDIRECTIONS = 3

interface Wanted {
  readonly slot: number
  readonly whenHeard: () => void
  /** `host:port` of the node that has the slot, and is listened to; null while nobody is known to have it. */
  node: string | null
}

/**
 * A Redis cluster, with sharded pub/sub: a message is sent to the node that has the slot of its channel, and goes no
 * further than its listeners there. (Messages of plain pub/sub go to every node of a cluster.)
 *
 * There is one listening connection to each node that has a channel of ours. ioredis knows who has which slot; when
 * that changes, channels move from one connection to another.
 */
export class ClusterLinks implements RedisLinks {
  readonly #cluster: Cluster
  readonly #listening: Listening
  readonly #options: RedisOptions
  readonly #wanted = new Map<string, Wanted>()
  /** By node. */
  readonly #listeners = new Map<string, ListeningLink>()
  #isClosed = false

  /** @param urls  some nodes of the cluster, which know the others; the first one has the credentials for all */
  constructor(urls: readonly string[], listening: Listening) {
    this.#listening = listening
    this.#options = { ...CONNECTION, ...credentialsIn(urls[0]!) }
    const { retryStrategy: _, enableOfflineQueue, ...redisOptions } = this.#options
    this.#cluster = new Cluster([...urls], {
      redisOptions,
      // Connections to nodes are made on first use, and wait for that one command.
      enableOfflineQueue: false,
      clusterRetryStrategy: retryMs,
      slotsRefreshInterval: REFRESH_MS,
      slotsRefreshTimeout: CONNECTION.connectTimeout!,
      maxRedirections: MAX_REDIRECTIONS,
      // A certificate is made out to the name, not to the address.
      dnsLookup: (name, done) => done(null, name),
    })
    this.#cluster.on('error', (error: Error) => this.#failed(error))
    this.#cluster.on('refresh', () => this.#follow())
  }

  publish(channel: string, message: string): Promise<unknown> | null {
    return this.#cluster.status === 'ready' ? this.#cluster.spublish(channel, message) : null
  }

  listen(channel: string, whenHeard: () => void): void {
    const wanted: Wanted = { slot: new Command('ssubscribe', [channel]).getSlot(), whenHeard, node: null }
    this.#wanted.set(channel, wanted)
    this.#moveTo(this.#nodeWith(wanted.slot), channel, wanted)
  }

  leave(channel: string): void {
    const wanted = this.#wanted.get(channel)!
    this.#wanted.delete(channel)
    if (wanted.node !== null) this.#listeners.get(wanted.node)!.remove(channel)
  }

  close(): void {
    this.#isClosed = true
    this.#cluster.disconnect()
    for (const listener of this.#listeners.values()) listener.close()
  }

  #nodeWith(slot: number): string | null {
    return this.#cluster.slots[slot]?.[0] ?? null
  }

  /** Listens where the slots are now. */
  #follow(): void {
    if (this.#isClosed) return
    for (const [channel, wanted] of this.#wanted) {
      const node = this.#nodeWith(wanted.slot)
      if (node !== wanted.node && node !== null) this.#moveTo(node, channel, wanted)
    }
    const nodes = new Set([...this.#wanted.values()].map(({ node }) => node))
    for (const [node, listener] of this.#listeners) {
      if (nodes.has(node)) continue
      listener.close()
      this.#listeners.delete(node)
    }
  }

  #moveTo(node: string | null, channel: string, wanted: Wanted): void {
    if (wanted.node !== null) this.#listeners.get(wanted.node)!.remove(channel)
    wanted.node = node
    if (node !== null) this.#listenerTo(node).add(channel, wanted.whenHeard)
  }

  #listenerTo(node: string): ListeningLink {
    const known = this.#listeners.get(node)
    if (known !== undefined) return known
    const portAt = node.lastIndexOf(':')
    const address = { host: node.slice(0, portAt), port: Number(node.slice(portAt + 1)) }
    const redis = new Redis({ ...this.#options, ...address })
    const listener = new ListeningLink(redis, 'ssubscribe', {
      ...this.#listening,
      failed: (error) => this.#failed(error),
      moved: () => this.#cluster.refreshSlotsCache(),
    })
    this.#listeners.set(node, listener)
    return listener
  }

  /** Another node may have taken over. */
  #failed(error: Error): void {
    if (this.#isClosed) return
    this.#cluster.refreshSlotsCache()
    this.#listening.failed(error)
  }
}

function credentialsIn(url: string): RedisOptions {
  const { protocol, username, password } = new URL(url)
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  }
}
