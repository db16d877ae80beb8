import type { Bus, Subscription } from '../pubsub/bus.ts'
import { type Callback, ShareDB } from './sharedb.ts'

/** How long a document waits for a bus that is away before it is opened without. */
const PATIENCE_MS = 1_000

/** A bus behind ShareDB's own pub/sub interface, for the channels of a stock backend. */
export class SharePubSub extends ShareDB.PubSub {
  readonly #bus: Bus
  readonly #subscriptions = new Map<string, Subscription>()

  constructor(bus: Bus) {
    super()
    this.#bus = bus
  }

  override close(callback?: Callback): void {
    super.close((error) => {
      for (const subscription of this.#subscriptions.values()) subscription.end()
      this.#subscriptions.clear()
      callback?.(error)
    })
  }

  override _subscribe(channel: string, callback: Callback): void {
    const subscription = this.#bus.subscribe(channel, (message) => this.#hear(channel, message))
    this.#subscriptions.set(channel, subscription)
    // A stock backend opens no document before this is answered, and while the bus is away it never would be.
    let waiting: NodeJS.Timeout | undefined
    const enough = new Promise<void>((resolve) => {
      waiting = setTimeout(resolve, PATIENCE_MS)
    })
    void Promise.race([subscription.active, enough]).then(() => {
      clearTimeout(waiting)
      process.nextTick(callback)
    })
  }

  /** What is not JSON is none of ours. */
  #hear(channel: string, message: string): void {
    let data: object
    try {
      data = JSON.parse(message)
    } catch {
      return
    }
    this._emit(channel, data)
  }

  override _unsubscribe(channel: string, callback: Callback): void {
    this.#subscriptions.get(channel)?.end()
    this.#subscriptions.delete(channel)
    process.nextTick(callback)
  }

  override _publish(channels: readonly string[], data: object, callback: Callback): void {
    const message = JSON.stringify(data)
    for (const channel of channels) this.#bus.publish(channel, message)
    process.nextTick(callback)
  }
}
