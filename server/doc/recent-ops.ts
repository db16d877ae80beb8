import type { LoggedOp } from '../../ot/logged-op.ts'

/**
 * The newest ops of a document, contiguous up to its head, so that transforming and catching up read no log.
 *
 * Holds at least `keep` ops once it has had so many, and at most twice that: dropping the oldest one by one
 * would move the whole array each time.
 */
export class RecentOps {
  readonly #keep: number
  #ops: LoggedOp[] = []
  #floor: number

  /** @param floor  version of the document before the first op that will be pushed */
  constructor(floor: number, keep: number) {
    this.#floor = floor
    this.#keep = keep
  }

  /** Ops that lead to versions up to this one are not here any more. */
  get floor(): number {
    return this.#floor
  }

  push(op: LoggedOp): void {
    this.#ops.push(op)
  }

  /** Lets go of old ops, but of none after `durable`: those may yet go back. */
  trim(durable: number): void {
    const surplus = Math.min(this.#ops.length - this.#keep, durable - this.#floor)
    if (surplus < this.#keep) return
    this.#ops.splice(0, surplus)
    this.#floor += surplus
  }

  /** Forgets the ops after `version`. */
  dropAfter(version: number): void {
    this.#ops.length = Math.max(0, Math.min(this.#ops.length, version - this.#floor))
  }

  /** The ops that lead from version `after` to version `to`, or null when the oldest of them is gone. */
  between(after: number, to: number): readonly LoggedOp[] | null {
    if (after < this.#floor) return null
    return this.#ops.slice(after - this.#floor, to - this.#floor)
  }

  find(source: string, seq: number): LoggedOp | null {
    return this.#ops.findLast((op) => op.source === source && op.seq === seq) ?? null
  }
}
