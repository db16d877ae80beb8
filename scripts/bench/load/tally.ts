/** What the editors of one process count together. */

import { Histogram } from './histogram.ts'

export class Tally {
  readonly ack = new Histogram()
  readonly propagation = new Histogram()
  ops = 0
  deliveries = 0
  /** Ops that arrived before one that comes before them. A stock client would fetch the letter anew. */
  outOfOrder = 0
  /** What went wrong first. */
  fault: string | null = null
  readonly #onFault: () => void

  constructor(onFault: () => void) {
    this.#onFault = onFault
  }

  /** Begins a window. */
  reset(): void {
    this.ack.reset()
    this.propagation.reset()
    this.ops = 0
    this.deliveries = 0
  }

  fail(why: string): void {
    if (this.fault !== null) return
    this.fault = why
    this.#onFault()
  }
}
