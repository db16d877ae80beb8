import { type Device, lockOf } from '../../client/sync/device.ts'
import { DeviceError, type DeviceStore, type Entry } from '../../client/sync/device-store.ts'
import { MemoryStore } from '../../client/sync/memory-store.ts'
import { replicaIn } from '../../client/sync/outbox.ts'
import { queueOf } from '../../client/sync/replica.ts'
import type { TabChannel, TabMessage } from '../../client/sync/tab-channel.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Entry as Written } from './ledger.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** How long the device takes for one batch or look, at most; for a few it takes much longer. */
const SLOWEST_MS = 40
const STUCK_MS = 600
/** How long what a tab says to the others takes, at most. */
const SLOWEST_WORD_MS = 200
/** How long locks outlive their tab at most, when they do. */
const LONGEST_PARTING_MS = 3_000

/** A person's browser: what its tabs keep survives them. */
export class Browser {
  /** The device has no room for anything more. */
  isFull = false
  /** What tabs that are gone had kept, and nobody is known to have sent. */
  readonly kept = new Set<Written>()
  /** Under which every tab submits, where tabs share one. */
  sharedSource: string | null = null
  /** The device has what a tab has taken from another, which knows nothing of that yet. */
  onTaken: (tab: Owner) => void = () => undefined
  /** How often tabs took what was written in others. */
  given = 0
  /** `source seq` of ops that went on to the server, and of those that were refused on the way. */
  readonly taken = new Set<string>()
  readonly refused = new Set<string>()
  readonly #store = new MemoryStore()
  /** The one that has heard last of something to take. */
  #taker: Owner | null = null
  readonly #locks = new Map<string, Owner>()
  /** When the locks of tabs that are gone are to be had. */
  readonly #partings = new Map<Owner, number>()
  readonly #channels = new Map<Owner, { hear(message: TabMessage): void; lastAt: number }>()
  readonly #time: VirtualTime
  readonly #random: Random
  readonly #spoil: (store: DeviceStore) => DeviceStore

  /** @param spoil  what a mutant makes of the device */
  constructor(time: VirtualTime, random: Random, spoil: (store: DeviceStore) => DeviceStore) {
    this.#time = time
    this.#random = random
    this.#spoil = spoil
  }

  /** The device as one tab has it: everything takes a while, in turn, and does not happen when the tab is gone by then. */
  deviceOf(tab: Owner): Device {
    let lastAt = 0
    const inTurn = <T>(work: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        const now = this.#time.now()
        const slowest = this.#random.chance(0.03) ? STUCK_MS : SLOWEST_MS
        lastAt = Math.max(now + this.#random.next() ** 3 * slowest, lastAt + 0.001)
        this.#time.after(lastAt - now, tab, () => {
          try {
            const answer = work()
            // What has happened on the device is not known in the tab yet, which may be killed meanwhile.
            const lateMs = this.#random.chance(0.1) ? this.#random.next() * SLOWEST_MS : 0
            this.#time.after(lateMs, tab, () => resolve(answer))
          } catch (error) {
            reject(error)
          }
        })
      })
    const store: DeviceStore = {
      read: (prefix) => inTurn(() => this.#store.entries(prefix)),
      keys: (prefix) => inTurn(() => this.#store.entries(prefix).map(([key]) => key)),
      write: (batch) =>
        inTurn(() => {
          if (this.isFull && (batch.put ?? []).length > 0) throw new DeviceError('full', new Error('no room'))
          this.#store.apply(batch)
          if (this.#taker !== tab) return
          this.#taker = null
          this.onTaken(tab)
        }),
      close: async () => undefined,
    }
    return { store: this.#spoil(store), locks: { take: (name) => inTurn(() => this.#take(name, tab)) } }
  }

  /** Nothing waits in the outbox of a tab that is gone. */
  get isDelivered(): boolean {
    return this.#outboxes().every((entries) => {
      const [, member, document, id] = entries[0]![0].split('/') as [string, string, string, string]
      const isOwned = this.#locks.get(lockOf({ member, document, id }))?.isGone === false
      return isOwned || queueOf(replicaIn(entries).replica).length === 0
    })
  }

  /** Everything on the device that is to reach the server or the person, as text that holds its tokens. */
  holds(): string {
    const drafts = this.#store.entries('draft/').map(([, draft]) => draft)
    return JSON.stringify([this.#outboxes().map((entries) => queueOf(replicaIn(entries).replica)), drafts])
  }

  /** A lock ends with its tab, or some time after. */
  #take(name: string, tab: Owner): (() => void) | null {
    const owner = this.#locks.get(name)
    if (owner !== undefined && !this.#hasParted(owner)) return null
    this.#locks.set(name, tab)
    return () => void this.#locks.delete(name)
  }

  #hasParted(owner: Owner): boolean {
    if (!owner.isGone) return false
    const now = this.#time.now()
    const parts =
      this.#partings.get(owner) ??
      now + (this.#random.chance(0.3) ? this.#random.next() * LONGEST_PARTING_MS : 0)
    this.#partings.set(owner, parts)
    return parts <= now
  }

  /** Where its tabs meet. What is said arrives in the order in which it was said, also when who said it is gone by then. */
  channelOf(tab: Owner, hear: (message: TabMessage) => void): TabChannel {
    this.#channels.set(tab, { hear, lastAt: 0 })
    return {
      post: (message) => {
        for (const [other, channel] of this.#channels) if (other !== tab) this.#say(message, other, channel)
      },
      close: () => void this.#channels.delete(tab),
    }
  }

  #say(message: TabMessage, tab: Owner, channel: { hear(message: TabMessage): void; lastAt: number }): void {
    const now = this.#time.now()
    channel.lastAt = Math.max(now + this.#random.next() ** 4 * SLOWEST_WORD_MS, channel.lastAt + 0.001)
    this.#time.after(channel.lastAt - now, tab, () => {
      if (message.kind === 'writes') this.#taker = tab
      if (message.kind === 'tells') this.given += message.ops.filter(({ by }) => by !== null).length
      channel.hear(structuredClone(message))
    })
  }

  /** The entries of each outbox. */
  #outboxes(): Entry[][] {
    const byId = new Map<string, Entry[]>()
    for (const entry of this.#store.entries('outbox/')) {
      const id = entry[0].split('/')[3]!
      byId.set(id, [...(byId.get(id) ?? []), entry])
    }
    return [...byId.values()]
  }
}
