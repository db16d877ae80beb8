import { compose, transform } from '../../ot/algebra.ts'
import type { Component } from '../../ot/component.ts'

/**
 * Ops that are in the document and not yet in the view.
 *
 * While an input method composes text, the browser owns the line being written in: touching it would commit half
 * a word; and where many write at once, showing each key of theirs by itself would leave no time for one's own. So what
 * others write waits here, and the view is treated as one more party of the transformation.
 *
 * Invariant: document = view, then the held ops in order.
 */
export class HeldOps {
  #ops: (readonly Component[])[] = []

  get isEmpty(): boolean {
    return this.#ops.length === 0
  }

  /** An op that the document has taken. */
  hold(op: readonly Component[]): void {
    this.#ops.push(op)
  }

  /** The document was replaced: `difference` is what makes it of the view, whatever was held before. */
  reset(difference: readonly Component[]): void {
    this.#ops = difference.length === 0 ? [] : [difference]
  }

  /** Everything that was held, as one op for the view; it is no longer held. */
  release(): readonly Component[] {
    const whole = this.#ops.reduce(compose, [])
    this.#ops = []
    return whole
  }

  /**
   * Takes a change of the view past the held ops.
   *
   * Law: view, `change`, held ops after = view, held ops before, what is returned. Where both insert at one place, the
   * held op stands first, as ShareDB has it for an op that arrives while ours is on its way.
   *
   * @param change  made against the view
   * @returns       the change as the document must get it
   */
  cross(change: readonly Component[]): readonly Component[] {
    let crossing = change
    this.#ops = this.#ops.map((held) => {
      const moved = transform(held, crossing, false)
      crossing = transform(crossing, held, true)
      return moved
    })
    return crossing
  }
}
