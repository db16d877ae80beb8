import type { LoggedOp } from '../../ot/logged-op.ts'

/** Ops kept, and characters of them: more than any editor lags behind under load. */
const KEEP = 1_000
const KEEP_LENGTH = 4 * 1024 * 1024

/**
 * The newest ops of a document, contiguous up to its head, so that transforming and catching up read no log.
 *
 * Holds `keep` ops or `keepLength` characters of them, whichever is less, and at most twice that: dropping the
 * oldest one by one would move the whole array each time.
 */
export class RecentOps {
  readonly #keep: number
  readonly #keepLength: number
  #ops: LoggedOp[] = []
  #length = 0
  #floor: number

  /** @param floor  version of the document before the first op that will be pushed */
  constructor(floor: number, keep = KEEP, keepLength = KEEP_LENGTH) {
    this.#floor = floor
    this.#keep = keep
    this.#keepLength = keepLength
  }

  /** Ops that lead to versions up to this one are not here any more. */
  get floor(): number {
    return this.#floor
  }

  push(op: LoggedOp): void {
    this.#ops.push(op)
    this.#length += op.body.length
  }

  /** Lets go of old ops, but of none after `durable`: those may yet go back. */
  trim(durable: number): void {
    if (this.#ops.length < 2 * this.#keep && this.#length < 2 * this.#keepLength) return
    let surplus = 0
    while (surplus < durable - this.#floor) {
      if (this.#ops.length - surplus <= this.#keep && this.#length <= this.#keepLength) break
      this.#length -= this.#ops[surplus]!.body.length
      surplus++
    }
    this.#ops.splice(0, surplus)
    this.#floor += surplus
  }

  /** Forgets the ops after `version`. */
  dropAfter(version: number): void {
    for (const op of this.#ops.splice(Math.max(0, version - this.#floor))) this.#length -= op.body.length
  }

  /**
   * The ops that lead from version `after` to version `to`, or null when the oldest of them is gone.
   *
   * @param maxLength  ends the answer with the op that goes past so many characters
   */
  between(after: number, to: number, maxLength = Number.POSITIVE_INFINITY): readonly LoggedOp[] | null {
    if (after < this.#floor) return null
    const start = after - this.#floor
    const end = Math.min(to - this.#floor, this.#ops.length)
    let length = 0
    let taken = start
    while (taken < end && length < maxLength) length += this.#ops[taken++]!.body.length
    return this.#ops.slice(start, taken)
  }

  find(source: string, seq: number): LoggedOp | null {
    return this.#ops.findLast((op) => op.source === source && op.seq === seq) ?? null
  }
}
