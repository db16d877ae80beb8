/**
 * Fetches for a pointer that moves faster than answers come: of all that is wanted, only the last waits, so that the place
 * where the pointer comes to rest is the next to be fetched.
 */
const AT_ONCE = 2

export class LatestFirst<T> {
  readonly #load: (wanted: T) => Promise<void>
  readonly #onDone: (error: unknown) => void
  #next: { readonly wanted: T } | null = null
  #underWay = 0

  /** @param onDone  after each answer; `null` when it went well */
  constructor(load: (wanted: T) => Promise<void>, onDone: (error: unknown) => void) {
    this.#load = load
    this.#onDone = onDone
  }

  want(wanted: T): void {
    this.#next = { wanted }
    this.#go()
  }

  #go(): void {
    if (this.#next === null || this.#underWay === AT_ONCE) return
    const { wanted } = this.#next
    this.#next = null
    this.#underWay++
    const done = (error: unknown): void => {
      this.#underWay--
      this.#onDone(error)
      this.#go()
    }
    this.#load(wanted).then(() => done(null), done)
  }
}
