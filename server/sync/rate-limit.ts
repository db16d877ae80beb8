/** A token bucket: `perSecond` on average, `burst` at once. Times are milliseconds of any clock. */
export class RateLimit {
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #at = 0

  constructor(perSecond: number, burst: number) {
    this.#perMs = perSecond / 1_000
    this.#burst = burst
    this.#tokens = burst
  }

  /** Takes a token; answers how long to wait before the next one, 0 while there are some. */
  take(now: number): number {
    const earned = Math.max(0, now - this.#at) * this.#perMs
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - 1
    this.#at = now
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs)
  }
}
