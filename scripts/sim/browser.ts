import type { Device } from '../../client/sync/device.ts'
import { DeviceError, type DeviceStore, type Entry } from '../../client/sync/device-store.ts'
import { MemoryStore } from '../../client/sync/memory-store.ts'
import { replicaIn } from '../../client/sync/outbox.ts'
import { queueOf } from '../../client/sync/replica.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Entry as Written } from './ledger.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** How long the device takes for one batch or look, at most; for a few it takes much longer. */
const SLOWEST_MS = 40
const STUCK_MS = 600

/** A person's browser: what its tabs keep survives them. */
export class Browser {
  /** The device has no room for anything more. */
  isFull = false
  /** What tabs that are gone had kept, and nobody is known to have sent. */
  readonly kept = new Set<Written>()
  /** Under which every tab submits, where tabs share one. */
  sharedSource: string | null = null
  /** `source seq` of ops that went on to the server, and of those that were refused on the way. */
  readonly taken = new Set<string>()
  readonly refused = new Set<string>()
  readonly #store = new MemoryStore()
  readonly #locks = new Map<string, Owner>()
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
            resolve(work())
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
        }),
      close: async () => undefined,
    }
    return { store: this.#spoil(store), locks: { take: (name) => inTurn(() => this.#take(name, tab)) } }
  }

  /** Everything on the device that is to reach the server or the person, as text that holds its tokens. */
  holds(): string {
    const drafts = this.#store.entries('draft/').map(([, draft]) => draft)
    return JSON.stringify([this.#outboxes().map((entries) => queueOf(replicaIn(entries).replica)), drafts])
  }

  /** A lock ends with its tab. */
  #take(name: string, tab: Owner): (() => void) | null {
    if (this.#locks.get(name)?.isGone === false) return null
    this.#locks.set(name, tab)
    return () => void this.#locks.delete(name)
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
