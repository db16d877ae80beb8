import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './log.ts'

/** How long each step has once somebody is in a hurry. */
const HURRY_MS = 1_000

/**
 * The end of a node, step by step. Each step has its time; what takes longer (a database that hangs, a client that
 * does not go) is left behind, because nothing that was acknowledged depends on it, and the process must end.
 */
export class Drain {
  readonly #log: Log
  readonly #hurry = new AbortController()

  constructor(log: Log) {
    this.#log = log
  }

  /** Whatever is under way or to come has a second from now on. May be called at any time, and again. */
  hurry(): void {
    this.#hurry.abort()
  }

  /** Lets time pass, unless somebody is in a hurry. */
  async wait(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#hurry.signal }).catch(() => undefined) // it was cut short
  }

  /**
   * Does one thing. Resolves when it is done, has failed, or has taken `ms`.
   *
   * @param work  is told by its signal that nobody waits for it any more
   */
  async step(what: string, ms: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const over = new AbortController()
    const end = () => over.abort()
    let timer = setTimeout(end, this.#hurry.signal.aborted ? Math.min(ms, HURRY_MS) : ms)
    const hurried = () => {
      clearTimeout(timer)
      timer = setTimeout(end, HURRY_MS)
    }
    this.#hurry.signal.addEventListener('abort', hurried)
    const late = new Promise<'late'>((resolve) =>
      over.signal.addEventListener('abort', () => resolve('late')),
    )
    try {
      if ((await Promise.race([work(over.signal), late])) === 'late')
        this.#log.warn({ what }, 'closing without')
    } catch (error) {
      this.#log.error({ err: error, what }, 'could not close')
    } finally {
      clearTimeout(timer)
      this.#hurry.signal.removeEventListener('abort', hurried)
    }
  }
}
