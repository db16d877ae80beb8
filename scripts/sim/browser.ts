import type { Device } from '../../client/sync/device.ts'
import type { DeviceStore, Entry } from '../../client/sync/device-store.ts'
import type { Locks } from '../../client/sync/locks.ts'
import { PageLocks } from '../../client/sync/locks.ts'
import { MemoryStore } from '../../client/sync/memory-store.ts'
import { replicaIn } from '../../client/sync/outbox.ts'
import { queueOf } from '../../client/sync/replica.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Entry as Written } from './ledger.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** What a batch takes to be on the device, at most. */
const SLOWEST_MS = 40

/** A person's browser: what its tabs keep survives them. */
export class Browser {
  /** What tabs that are gone had kept, and nobody is known to have sent. */
  readonly kept = new Set<Written>()
  /** Under which every tab submits, where tabs share one. */
  sharedSource: string | null = null
  /** `source seq` of ops that went on to the server, and of those that were refused on the way. */
  readonly taken = new Set<string>()
  readonly refused = new Set<string>()
  readonly #store = new MemoryStore()
  readonly #locks = new PageLocks()
  readonly #time: VirtualTime
  readonly #random: Random
  readonly #spoil: (store: DeviceStore) => DeviceStore

  /** @param spoil  what a mutant makes of the device */
  constructor(time: VirtualTime, random: Random, spoil: (store: DeviceStore) => DeviceStore) {
    this.#time = time
    this.#random = random
    this.#spoil = spoil
  }

  /** The device as one tab has it. What the tab writes lands after a while, and not when it is gone by then; `end` ends its locks. */
  deviceOf(tab: Owner): { device: Device; end(): void } {
    const held = new Set<() => void>()
    const locks: Locks = {
      take: async (name) => {
        const letGo = await this.#locks.take(name)
        if (letGo !== null) held.add(letGo)
        return letGo
      },
    }
    const store: DeviceStore = {
      read: (prefix) => this.#store.read(prefix),
      keys: (prefix) => this.#store.keys(prefix),
      write: (batch) =>
        new Promise((resolve) => {
          this.#time.after(this.#random.next() ** 3 * SLOWEST_MS, tab, () => {
            this.#store.apply(batch)
            resolve()
          })
        }),
      close: async () => undefined,
    }
    const end = () => {
      for (const letGo of held) letGo()
    }
    return { device: { store: this.#spoil(store), locks }, end }
  }

  /** Everything on the device that is to reach the server or the person, as text that holds its tokens. */
  holds(): string {
    const drafts = this.#store.entries('draft/').map(([, draft]) => draft)
    return JSON.stringify([this.#outboxes().map((entries) => queueOf(replicaIn(entries).replica)), drafts])
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
