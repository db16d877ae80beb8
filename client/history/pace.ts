/** How fast a history plays. */

export const SPEEDS = [0.5, 1, 2, 4, 8] as const
export type Speed = (typeof SPEEDS)[number]

/** At single speed a letter plays in a minute, but never so slowly that one waits for the next edit. */
const WHOLE_SECONDS = 60
const SLOWEST = 5
const LONGEST_STEP_MS = 100

/** Versions a second. */
export function pace(head: number, speed: Speed): number {
  return Math.max(SLOWEST, head / WHOLE_SECONDS) * speed
}

/** A history that is playing: where it is at a moment. Times are in milliseconds, of any clock that never goes back. */
export class Playing {
  readonly #pace: number
  #at: number
  #time: number

  /** @param perSecond  versions */
  constructor(version: number, time: number, perSecond: number) {
    this.#at = version
    this.#time = time
    this.#pace = perSecond
  }

  /** The version to show now. After a long pause, such as a tab in the background, it goes on from where it was. */
  next(time: number, head: number): number {
    this.#at = Math.min(head, this.#at + (Math.min(time - this.#time, LONGEST_STEP_MS) / 1_000) * this.#pace)
    this.#time = time
    return Math.floor(this.#at)
  }

  /** Stays where it is: what comes next is not here yet. */
  hold(version: number, time: number): void {
    this.#at = version
    this.#time = time
  }
}
