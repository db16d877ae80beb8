import type { Random } from '../../test/harness/random.ts'
import type { Trace } from './trace.ts'

/**
 * Time that passes only when nothing is left to do.
 *
 * While it is `installed`, it stands in for every timer and clock of the process. What is to happen waits in one queue,
 * ordered by its time and, at equal times, by a number drawn from the seed. After each happening all that follows from
 * it without a timer (promises, ticks) is done before the next one: so a run is a function of its seed.
 *
 * Whatever is scheduled while a happening of somebody is under way is theirs, and never happens once they are gone: a
 * process that was killed takes its timers along.
 */

/** Who something happens to. */
export interface Owner {
  readonly isGone: boolean
}

/** Takes back what has not happened yet. */
export type Cancel = () => void

interface Happening {
  readonly at: number
  readonly tie: number
  readonly owner: Owner | null
  task: (() => void) | null
}

/** A Wednesday. ShareDB takes a time of 0 for none. */
const START = Date.UTC(2025, 0, 1)
/** A run that takes this many steps does not come to rest. */
const MAX_STEPS = 300_000

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  dateNow: Date.now,
  performanceNow: performance.now,
  random: Math.random,
}

export class VirtualTime {
  /** What nobody caught. */
  readonly uncaught: unknown[] = []
  readonly #random: Random
  readonly #trace: Trace
  readonly #queue: Happening[] = []
  #now = START
  #owner: Owner | null = null
  #steps = 0

  constructor(random: Random, trace: Trace) {
    this.#random = random
    this.#trace = trace
  }

  get steps(): number {
    return this.#steps
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#now
  }

  /** Since the run began, milliseconds. */
  get passed(): number {
    return this.#now - START
  }

  after(ms: number, owner: Owner | null, task: () => void): Cancel {
    const happening: Happening = { at: this.#now + ms, tie: this.#random.next(), owner, task }
    push(this.#queue, happening)
    return () => {
      happening.task = null
    }
  }

  /** Does something as if it happened to `owner`. */
  as<T>(owner: Owner, work: () => T): T {
    const before = this.#owner
    this.#owner = owner
    try {
      return work()
    } finally {
      this.#owner = before
    }
  }

  /** Lets time pass for `ms`, or until `isDone` says so. */
  async pass(ms: number, isDone: () => boolean = () => false): Promise<void> {
    const end = this.#now + ms
    await drained()
    while (!isDone()) {
      const next = this.#queue[0]
      if (next === undefined || next.at > end) {
        this.#now = end
        return
      }
      pop(this.#queue)
      if (next.task === null || next.owner?.isGone) continue
      if (++this.#steps > MAX_STEPS) throw new Error(`no rest after ${MAX_STEPS} steps`)
      this.#now = next.at
      this.#owner = next.owner
      this.#trace.step(next.at - START)
      try {
        next.task()
      } catch (error) {
        this.uncaught.push(error)
      }
      await drained()
      this.#owner = null
    }
  }

  /**
   * Does at once what was to be done next in nobody's name: what waits to be written (server/sync/socket.ts) is known to
   * the whole process, and must not wait for the next run.
   */
  finish(): void {
    for (const { at, owner, task } of this.#queue) if (owner === null && at <= this.#now) task?.()
  }

  /** Takes the place of the process's timers, clocks and chance. @returns gives them back */
  install(): () => void {
    const timer = (ms: number, task: () => void) => new Timer(this.after(ms, this.#owner, task))
    const replaced = {
      setTimeout: (task: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) =>
        timer(Math.max(1, ms), () => task(...args)),
      setInterval: (task: () => void, ms = 1) => this.#interval(Math.max(1, ms), task),
      // Nobody's: one process holds all nodes, and what they write leaves together (server/sync/socket.ts).
      setImmediate: (task: (...args: unknown[]) => void, ...args: unknown[]) =>
        new Timer(this.after(0, null, () => task(...args))),
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    }
    Object.assign(globalThis, replaced)
    Date.now = () => this.#now
    performance.now = () => this.passed
    Math.random = () => this.#random.next()
    process.setUncaughtExceptionCaptureCallback((error) => this.uncaught.push(error))
    return () => {
      const { dateNow, performanceNow, random, ...timers } = real
      Object.assign(globalThis, timers)
      Date.now = dateNow
      performance.now = performanceNow
      Math.random = random
      process.setUncaughtExceptionCaptureCallback(null)
    }
  }

  #interval(ms: number, task: () => void): Timer {
    const again = () => {
      timer.cancel = this.after(ms, owner, again)
      task()
    }
    const owner = this.#owner
    const timer = new Timer(this.after(ms, owner, again))
    return timer
  }
}

/** What `setTimeout` answers, as far as anyone looks at it. */
class Timer {
  cancel: Cancel

  constructor(cancel: Cancel) {
    this.cancel = cancel
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

function clear(timer: unknown): void {
  if (timer instanceof Timer) timer.cancel()
}

/** Resolves when every promise and tick that can go on has gone on. */
function drained(): Promise<void> {
  return new Promise((resolve) => real.setImmediate(resolve))
}

// A heap: the first is the next.

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie)
}

function push(heap: Happening[], item: Happening): void {
  let at = heap.length
  heap.push(item)
  while (at > 0) {
    const above = (at - 1) >> 1
    if (!isBefore(item, heap[above]!)) break
    heap[at] = heap[above]!
    at = above
  }
  heap[at] = item
}

function pop(heap: Happening[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  let at = 0
  for (;;) {
    let below = 2 * at + 1
    if (below >= heap.length) break
    if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++
    if (!isBefore(heap[below]!, last)) break
    heap[at] = heap[below]!
    at = below
  }
  heap[at] = last
}
