/**
 * Counts the edits that the server has not confirmed.
 *
 * A person does not think in key presses: what is typed without a pause of a second is one edit, just as
 * one Undo takes it back. The count is of those, and never 0 while anything is unconfirmed.
 */
export const EDIT_PAUSE_MS = 1000

export class Unsent {
  /** For every op on its way, the edit it belongs to; the oldest first. */
  readonly #ops: number[] = []
  #edit = 0
  #lastAt = Number.NEGATIVE_INFINITY

  /** @param now  milliseconds */
  add(now: number): void {
    if (now - this.#lastAt >= EDIT_PAUSE_MS || this.#ops.length === 0) this.#edit += 1
    this.#lastAt = now
    this.#ops.push(this.#edit)
  }

  /** The oldest op was confirmed: ops are confirmed in the order they were made. */
  confirm(): void {
    this.#ops.shift()
  }

  clear(): void {
    this.#ops.length = 0
  }

  get edits(): number {
    return new Set(this.#ops).size
  }
}
