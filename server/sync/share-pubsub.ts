import type { Bus, Subscription } from '../pubsub/bus.ts'
import { type Callback, ShareDB } from './sharedb.ts'

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
    const subscription = this.#bus.subscribe(channel, (message) => this._emit(channel, JSON.parse(message)))
    this.#subscriptions.set(channel, subscription)
    void subscription.active.then(() => process.nextTick(callback))
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
