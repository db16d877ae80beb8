/** Where the time comes from. Handed in, so that a test can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
}

export const systemClock: Clock = { now: Date.now }

/** What happens later. Handed in, so that a test can make it happen. */
export interface Timer {
  /** Runs `task` after `ms`; the returned function takes it back. Does not keep the process alive. */
  after(ms: number, task: () => void): () => void
}

export const systemTimer: Timer = {
  after(ms, task) {
    const timer = setTimeout(task, ms).unref()
    return () => clearTimeout(timer)
  },
}
