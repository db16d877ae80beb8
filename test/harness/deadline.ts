/** Waiting for a named event, with a deadline, instead of sleeping for a while and hoping. */

import { setTimeout as pause } from 'node:timers/promises'

/** What was waited for did not happen in time. The message says what was seen instead. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** Longest silence that is not a fault on a busy machine of two cores. */
export const PATIENCE_MS = 10_000

const POLL_MS = 10

/**
 * The value of `promise`, if it comes within `ms`.
 *
 * @param what  completes "Waited 500 ms for …"
 * @param seen  what is the case instead, for the message; called only when the deadline has passed
 * @throws DeadlineError
 */
export async function within<T>(
  ms: number,
  what: string,
  promise: Promise<T>,
  seen?: () => unknown,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate(ms, what, seen)), ms)
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Asks again and again until the answer is truthy, and gives that answer. An error of the predicate ends the wait.
 *
 * @throws DeadlineError
 */
export async function until<T>(
  what: string,
  predicate: () => T | Promise<T>,
  { ms = PATIENCE_MS, seen }: { ms?: number; seen?: () => unknown } = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const started = performance.now()
  for (;;) {
    const answer = await within(ms, what, Promise.resolve(predicate()), seen)
    // Truthy, which is what the return type says.
    if (answer) return answer as Exclude<T, false | null | undefined | 0 | ''>
    if (performance.now() - started > ms) throw tooLate(ms, what, seen)
    await pause(POLL_MS)
  }
}

function tooLate(ms: number, what: string, seen?: () => unknown): DeadlineError {
  const instead = seen === undefined ? '' : ` Seen instead: ${describe(seen())}`
  return new DeadlineError(`Waited ${ms} ms for ${what}, in vain.${instead}`)
}

function describe(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}
