/**
 * Latencies in buckets that grow by 2 %, so that a percentile is off by at most 1 %, recording costs some
 * nanoseconds, and the histograms of several processes can be added up.
 */

const GROWTH = 1.02
const SMALLEST_MS = 0.01
const BUCKETS = 1_000
const SCALE = 1 / Math.log(GROWTH)

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What a histogram is on its way between processes: count by bucket, empty ones left out. */
export type Counts = readonly (readonly [bucket: number, count: number])[]

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #total = 0

  static of(latencies: readonly number[]): Histogram {
    const histogram = new Histogram()
    for (const ms of latencies) histogram.record(ms)
    return histogram
  }

  get total(): number {
    return this.#total
  }

  record(ms: number): void {
    const bucket = ms <= SMALLEST_MS ? 0 : Math.ceil(Math.log(ms / SMALLEST_MS) * SCALE)
    this.#counts[Math.min(bucket, BUCKETS - 1)]! += 1
    this.#total += 1
  }

  reset(): void {
    this.#counts.fill(0)
    this.#total = 0
  }

  add(counts: Counts): void {
    for (const [bucket, count] of counts) {
      this.#counts[bucket]! += count
      this.#total += count
    }
  }

  toCounts(): Counts {
    return [...this.#counts.entries()].filter(([, count]) => count > 0)
  }

  /** Answers null when nothing was recorded. */
  percentiles(): Percentiles | null {
    if (this.#total === 0) return null
    return { p50: this.#at(0.5), p95: this.#at(0.95), p99: this.#at(0.99) }
  }

  #at(share: number): number {
    let left = Math.ceil(this.#total * share)
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count
      // The middle of the bucket.
      if (left <= 0) return bucket === 0 ? 0 : SMALLEST_MS * GROWTH ** (bucket - 0.5)
    }
    throw new Error('a histogram holds as many latencies as were recorded')
  }
}
