import { type Bus, Listeners } from '../../server/pubsub/bus.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** What becomes of messages: shares of them. */
export interface BusWeather {
  readonly lost: number
  readonly doubled: number
  /** Longest a message takes, milliseconds: what takes longer is overtaken. */
  readonly slowestMs: number
}

export const FAIR: BusWeather = { lost: 0, doubled: 0, slowestMs: 2 }

/** The bus between the nodes of a run, with whatever befalls messages. */
export class ModelBus {
  weather: BusWeather = FAIR
  readonly #links = new Set<BusLink>()
  readonly #time: VirtualTime
  readonly #random: Random

  constructor(time: VirtualTime, random: Random) {
    this.#time = time
    this.#random = random
  }

  /** A node's way to it, for as long as the node lives. */
  link(owner: Owner): BusLink {
    const link = new BusLink(this, owner)
    this.#links.add(link)
    return link
  }

  clear(): void {
    this.weather = FAIR
    for (const link of this.#links) this.#time.after(0, link.owner, () => link.comeBack())
  }

  leave(link: BusLink): void {
    this.#links.delete(link)
  }

  carry(channel: string, message: string): void {
    const { lost, doubled, slowestMs } = this.weather
    for (const link of this.#links) {
      const copies = this.#random.chance(lost) ? 0 : this.#random.chance(doubled) ? 2 : 1
      for (let copy = 0; copy < copies; copy++) {
        this.#time.after(0.05 + this.#random.next() * slowestMs, link.owner, () =>
          link.hear(channel, message),
        )
      }
    }
  }
}

export class BusLink implements Bus {
  readonly owner: Owner
  readonly #bus: ModelBus
  readonly #listeners = new Listeners()
  readonly #backs = new Set<() => void>()
  #isAway = false

  constructor(bus: ModelBus, owner: Owner) {
    this.#bus = bus
    this.owner = owner
  }

  publish(channel: string, message: string): void {
    if (!this.#isAway) this.#bus.carry(channel, message)
  }

  subscribe(channel: string, listener: (message: string) => void) {
    this.#listeners.add(channel, listener)
    return { active: Promise.resolve(), end: () => void this.#listeners.remove(channel, listener) }
  }

  onBack(listener: () => void): () => void {
    this.#backs.add(listener)
    return () => void this.#backs.delete(listener)
  }

  async close(): Promise<void> {
    this.#bus.leave(this)
  }

  hear(channel: string, message: string): void {
    if (!this.#isAway) this.#listeners.call(channel, message)
  }

  goAway(): void {
    this.#isAway = true
  }

  comeBack(): void {
    if (!this.#isAway) return
    this.#isAway = false
    for (const back of this.#backs) back()
  }
}
