/**
 * What a test started and has not ended yet.
 *
 * A test ends what it starts. What it forgot is ended after the last test of the process, and the run fails with its
 * name, because a forgotten server is how a later test comes to talk to an earlier one's. What the harness itself
 * shares between tests (the browser) is ended at the same moment and is no fault.
 */

interface Leftover {
  readonly what: string
  readonly end: () => Promise<void>
  readonly shared: boolean
}

const running = new Set<Leftover>()

/** To be ended by the test. @returns forgets it: to be called when it has ended */
export function mustEnd(what: string, end: () => Promise<void>): () => void {
  return add({ what, end, shared: false })
}

/** Ended after the last test of this process. @returns forgets it */
export function endsWithTheRun(what: string, end: () => Promise<void>): () => void {
  return add({ what, end, shared: true })
}

function add(entry: Leftover): () => void {
  running.add(entry)
  return () => void running.delete(entry)
}

/** Ends everything. @returns the names of what a test should have ended itself */
export async function endAll(): Promise<string[]> {
  const entries = [...running]
  running.clear()
  await Promise.allSettled(entries.map((entry) => entry.end()))
  return entries.filter((entry) => !entry.shared).map((entry) => entry.what)
}
