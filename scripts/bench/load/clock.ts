/**
 * Milliseconds of one clock for all processes of this machine: `performance.now()` counts from the start of its own process,
 * while the system's monotonic clock, which it is made from, is everybody's.
 */

const ORIGIN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now()

export function now(): number {
  return ORIGIN_MS + performance.now()
}
