import type { Violation } from './checker.ts'
import { type Parts, REAL } from './parts.ts'
import { type RunResult, simulate } from './run.ts'

/** What a series of runs came to: also the shape of what `--json` writes. */
export interface SeriesResult {
  readonly runs: number
  readonly seed: number
  /** Edits that clients made. */
  readonly ops: number
  readonly lost: number
  readonly duplicated: number
  readonly diverged: number
  /** Errors nobody caught, each of which would have ended a node. */
  readonly unscheduledExits: number
  /** Everything that was wrong, the above included. */
  readonly violations: number
  readonly failing: readonly { readonly seed: number; readonly violations: readonly Violation[] }[]
  /** How often each fault was let loose. */
  readonly faults: Readonly<Record<string, number>>
  /** How often a node lost a race for a version, and a client sent an op once more. */
  readonly lostRaces: number
  readonly resends: number
  /** How often a tab took what was written in another one. */
  readonly given: number
  /** From the last fault until everybody was level, milliseconds of the runs' own time. */
  readonly healMs: { readonly p50: number; readonly p95: number; readonly max: number }
  readonly runsPerSecond: number
}

/** Runs of this many first seeds are made twice. */
const TWICE = 20
/** Failing runs that are kept in full. */
const MAX_FAILING = 100

export interface SeriesOptions {
  readonly runs: number
  readonly seed: number
  readonly parts?: Parts
  /** Ends the series at the first run that fails. */
  readonly isUntilFailing?: boolean
  readonly onRun?: (result: RunResult, count: number) => void
}

/** Runs one seed after the other. */
export async function simulateSeries(options: SeriesOptions): Promise<SeriesResult> {
  const { runs, seed, parts = REAL, isUntilFailing = false, onRun } = options
  const began = performance.now()
  const total = {
    ops: 0,
    lost: 0,
    duplicated: 0,
    diverged: 0,
    unscheduledExits: 0,
    violations: 0,
    lostRaces: 0,
    resends: 0,
    given: 0,
  }
  const faults: Record<string, number> = {}
  const failing: SeriesResult['failing'][number][] = []
  const heals: number[] = []
  let count = 0
  while (count < runs && !(isUntilFailing && failing.length > 0)) {
    const result = await simulate(seed + count, parts)
    const again = count < TWICE ? await simulate(seed + count, parts) : result
    const violations = [...result.violations]
    if (again.hash !== result.hash)
      violations.push({ kind: 'other', message: 'run again, the same seed went another way' })
    total.ops += result.ops
    total.lostRaces += result.lostRaces
    total.resends += result.resends
    total.given += result.given
    total.unscheduledExits += result.unscheduledExits
    total.violations += violations.length
    for (const { kind } of violations) if (kind !== 'other') total[kind]++
    for (const [name, times] of result.faults) faults[name] = (faults[name] ?? 0) + times
    heals.push(result.healMs)
    if (violations.length > 0 && failing.length < MAX_FAILING) failing.push({ seed: result.seed, violations })
    count++
    onRun?.({ ...result, violations }, count)
  }
  heals.sort((a, b) => a - b)
  const heal = (share: number) => Math.round(heals[Math.floor((heals.length - 1) * share)] ?? 0)
  return {
    ...{ runs: count, seed, ...total, failing, faults },
    healMs: { p50: heal(0.5), p95: heal(0.95), max: heal(1) },
    runsPerSecond: Math.round((count / (performance.now() - began)) * 1_000),
  }
}

/** True when nothing was wrong. */
export function isClean({ lost, duplicated, diverged, unscheduledExits, violations }: SeriesResult): boolean {
  return lost + duplicated + diverged + unscheduledExits + violations === 0
}
