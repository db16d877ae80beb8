import { strict as assert } from 'node:assert'
import type { LoggedOp } from '../../ot/logged-op.ts'
import type { Pending } from './turn.ts'

/**
 * The ops of a document between their turn and the log's answer, in the order they were handed over.
 *
 * They leave in that order, or all together: an op that did not land takes all that build on it along.
 */
export class InFlight {
  #pending: Pending[] = []
  #whenSettled: (() => void)[] = []

  get size(): number {
    return this.#pending.length
  }

  get isSettled(): boolean {
    return this.#pending.length === 0
  }

  push(pending: Pending): void {
    this.#pending.push(pending)
  }

  /** The one that leads to `version`, if it is among them. */
  find(version: number): Pending | undefined {
    return this.#pending.find(({ op }) => op.version === version)
  }

  /** The log has taken these, and they leave. */
  landed(ops: readonly LoggedOp[]): Pending[] {
    const done = this.#pending.splice(0, ops.length)
    assert(done.length === ops.length && done[0]!.op === ops[0], 'committed in the order of their turns')
    return done
  }

  /** The log has not taken these, which are all there are, and they leave. */
  takeBack(ops: readonly LoggedOp[]): Pending[] {
    assert.equal(ops.length, this.#pending.length, 'what goes back is all that was pending')
    return this.#pending.splice(0)
  }

  /** Resolves when there are none. */
  settled(): Promise<void> {
    if (this.isSettled) return Promise.resolve()
    return new Promise((resolve) => this.#whenSettled.push(resolve))
  }

  /** To be called when what left has been dealt with. */
  tellIfSettled(): void {
    if (this.isSettled) for (const resolve of this.#whenSettled.splice(0)) resolve()
  }
}
