import type { Device } from '../../client/sync/device.ts'
import { DeviceError, type DeviceStore } from '../../client/sync/device-store.ts'
import { MemoryStore } from '../../client/sync/memory-store.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** How long the device takes for one batch or look, at most; of a few it takes much longer. */
const SLOWEST_MS = 20
const STUCK_MS = 600

/** What a person's device keeps, whichever tab is open: a tab that is killed takes along what it has not written yet. */
export class ModelDevice {
  /** It takes nothing. */
  isFull = false
  readonly #entries = new MemoryStore()
  readonly #owners = new Map<string, Owner>()
  readonly #time: VirtualTime
  readonly #random: Random

  constructor(time: VirtualTime, random: Random) {
    this.#time = time
    this.#random = random
  }

  /** As a tab has it, for as long as the tab lives. */
  for(tab: Owner): Device {
    let lastAt = 0
    // In the order in which they were given.
    const inTurn = <T>(work: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        const now = this.#time.now()
        const slowest = this.#random.chance(0.03) ? STUCK_MS : SLOWEST_MS
        lastAt = Math.max(now + this.#random.next() ** 2 * slowest, lastAt + 0.001)
        this.#time.after(lastAt - now, tab, () => {
          try {
            resolve(work())
          } catch (error) {
            reject(error)
          }
        })
      })
    const store: DeviceStore = {
      read: (prefix) => inTurn(() => this.#entries.entries(prefix)),
      keys: (prefix) => inTurn(() => this.#entries.entries(prefix).map(([key]) => key)),
      write: (batch) =>
        inTurn(() => {
          if (this.isFull) throw new DeviceError('full', new Error('no room'))
          this.#entries.apply(batch)
        }),
      close: async () => undefined,
    }
    return { store, locks: { take: (name) => inTurn(() => this.#take(name, tab)) } }
  }

  #take(name: string, tab: Owner): (() => void) | null {
    const owner = this.#owners.get(name)
    if (owner !== undefined && !owner.isGone) return null
    this.#owners.set(name, tab)
    return () => void this.#owners.delete(name)
  }
}
