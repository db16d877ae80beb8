/** A bus between nodes of one process whose messages a test can lose, double and put out of order. */

import type { Bus, Subscription } from '../../server/pubsub/bus.ts'
import { MemoryBus } from '../../server/pubsub/memory-bus.ts'

export class SpoiledBus implements Bus {
  /** What becomes of what is published from now on; as it is, unless told otherwise. */
  spoil: (messages: readonly string[]) => readonly string[] = (messages) => messages
  /** Messages that were published, whatever became of them. */
  published = 0
  readonly #bus = new MemoryBus()
  readonly #backs = new Set<() => void>()

  publish(channel: string, message: string): void {
    this.published++
    for (const carried of this.spoil([message])) this.#bus.publish(channel, carried)
  }

  subscribe(channel: string, listener: (message: string) => void): Subscription {
    return this.#bus.subscribe(channel, listener)
  }

  onBack(listener: () => void): () => void {
    this.#backs.add(listener)
    return () => void this.#backs.delete(listener)
  }

  /** Says that messages may have been missed. */
  comesBack(): void {
    for (const back of this.#backs) back()
  }

  close(): Promise<void> {
    return this.#bus.close()
  }
}
