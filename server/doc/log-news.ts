import { CollabError } from '../../ot/errors.ts'

/**
 * What a document has heard of the log: that it holds a newer version, or may hold one.
 *
 * Whoever asks to be sure waits for a look into the log that begins after it has asked.
 */
export class LogNews {
  /** The newest version anyone spoke of; Infinity when nobody can say. */
  #said = 0
  /** A race was lost, and the winner's op has not been read yet. */
  #isOwed = false
  #waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []

  /** The log is said to hold `version`. */
  say(version: number): void {
    this.#said = Math.max(this.#said, version)
  }

  /** The log may hold anything: a failure left it open. */
  doubt(): void {
    this.#said = Number.POSITIVE_INFINITY
  }

  /** An op did not land. When a race was lost, the log holds something newer, or was taken back in time (rule S9). */
  wentBack(reason: 'raced' | 'resent'): void {
    this.doubt()
    this.#isOwed ||= reason === 'raced'
  }

  /** Resolves after the next look; rejects when it fails. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** True when a document at `version` should look into the log. */
  concerns(version: number): boolean {
    return this.#said > version || this.#waiting.length > 0
  }

  /**
   * Looks into the log. What is said while it is being read may be newer than the answer, and is kept.
   *
   * @param read    answers how many ops there were
   * @throws        CollabError server/restored
   */
  async look(read: () => Promise<number>): Promise<void> {
    this.#said = 0
    const waiting = this.#waiting.splice(0)
    try {
      const count = await read()
      if (count === 0 && this.#isOwed) {
        throw new CollabError(
          'server/restored',
          'The log ends before what was durable. Load the letter anew.',
        )
      }
      this.#isOwed = false
    } catch (error) {
      this.doubt()
      this.#waiting.unshift(...waiting)
      throw error
    }
    for (const { resolve } of waiting) resolve()
  }

  /** Tells everyone who waits that the log cannot be read; answers whether anyone did. */
  giveUp(error: unknown): boolean {
    const waiting = this.#waiting.splice(0)
    for (const { reject } of waiting) reject(error)
    return waiting.length > 0
  }
}
