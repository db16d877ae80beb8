import { type Bus, Listeners, type Subscription } from './bus.ts'

/** A bus within this process: for a node that is the only one. */
export class MemoryBus implements Bus {
  readonly #listeners = new Listeners()

  publish(channel: string, message: string): void {
    // Never within the call: a publisher must not find itself inside its listeners.
    setImmediate(() => this.#listeners.call(channel, message))
  }

  subscribe(channel: string, listener: (message: string) => void): Subscription {
    this.#listeners.add(channel, listener)
    return { active: Promise.resolve(), end: () => void this.#listeners.remove(channel, listener) }
  }

  onBack(): () => void {
    return () => undefined
  }

  async close(): Promise<void> {
    // Nothing is held outside this process.
  }
}
