/** Randomness that can be had again: everything follows from one seed, which whoever fails must print. */

/** The seed of this run: `SEED` when it is set, to see a failure again. */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 0x7fffffff))

export class Random {
  #state: number

  constructor(seed: number = SEED) {
    this.#state = seed >>> 0
  }

  /** A number in [0, 1). Tommy Ettinger's mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  /** True in `share` of the cases. */
  chance(share: number): boolean {
    return this.next() < share
  }
}
