import type { Timer } from '../../server/clock.ts'

/** Time that passes when a test says so. */
export class ManualTimer implements Timer {
  #now = 0
  #tasks: { readonly at: number; readonly task: () => void }[] = []

  get count(): number {
    return this.#tasks.length
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + ms, task }
    this.#tasks.push(entry)
    return () => {
      this.#tasks = this.#tasks.filter((each) => each !== entry)
    }
  }

  /** Runs what falls due, in order. */
  pass(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const [next] = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#now = next.at
      this.#tasks = this.#tasks.filter((each) => each !== next)
      next.task()
    }
    this.#now = end
  }
}
