/**
 * Messages between nodes. A hint, never the truth: a message may be lost, late, doubled or out of order, and
 * whoever hears one looks into the log. So publishing neither waits nor fails.
 */
export interface Bus {
  /** Sends to everyone who listens on the channel, this node included. What cannot be sent is dropped. */
  publish(channel: string, message: string): void
  /**
   * Calls `listener` with every message from the moment the subscription is active; messages sent before that,
   * or while a link is broken, are not heard.
   */
  subscribe(channel: string, listener: (message: string) => void): Subscription
  /**
   * Calls `listener` whenever messages may have been missed and are heard again: a link was away and is back.
   * A bus that lives in this process is never away.
   *
   * @returns what ends it; may be called again
   */
  onBack(listener: () => void): () => void
  /** Lets go of the links. May be called again. */
  close(): Promise<void>
}

export interface Subscription {
  /** Resolves when messages are heard; never, while the link cannot be made. */
  readonly active: Promise<void>
  /** May be called again. */
  end(): void
}

/** Who listens on which channel on this node: the part every bus needs. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<(message: string) => void>>()

  /** @returns true when nobody on this node has listened on the channel before */
  add(channel: string, listener: (message: string) => void): boolean {
    const listeners = this.#byChannel.get(channel)
    if (listeners !== undefined) {
      listeners.add(listener)
      return false
    }
    this.#byChannel.set(channel, new Set([listener]))
    return true
  }

  /** @returns true when that was the last one on the channel */
  remove(channel: string, listener: (message: string) => void): boolean {
    const listeners = this.#byChannel.get(channel)
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return false
    return this.#byChannel.delete(channel)
  }

  call(channel: string, message: string): void {
    for (const listener of this.#byChannel.get(channel) ?? []) listener(message)
  }
}
