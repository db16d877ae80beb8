/** What the bed prints and writes. */

import type { Harm, Violation } from './check/evidence.ts'
import type { Outcome } from './run-schedule.ts'
import type { Figure } from './scenarios/scenario.ts'

/** What is written as JSON. The last five fail the run when they are not 0. */
export interface Result {
  readonly schedules: number
  readonly seed: number
  readonly ops: number
  readonly acknowledged: number
  readonly faults: Readonly<Record<string, number>>
  /** Of all schedules, ms: from the end of the last fault to the moment everybody had everything. */
  readonly healMs: Percentiles | null
  /** Of clients of a killed node, ms: until they were back and had everything, whatever else befell them. */
  readonly nodeKillMs: Percentiles | null
  /** Of clients after a restart of Postgres, ms: from its return to an acknowledgement, whatever else befell them. */
  readonly postgresRestartMs: Percentiles | null
  readonly failing: readonly { readonly seed: number; readonly violations: readonly Violation[] }[]
  readonly lost: number
  readonly duplicated: number
  readonly diverged: number
  readonly unscheduledExits: number
  readonly violations: number
}

export function resultOf(seed: number, outcomes: readonly Outcome[]): Result {
  const violations = outcomes.flatMap((outcome) => outcome.violations)
  const count = (harm: Harm) => violations.filter((violation) => violation.harm === harm).length
  const faults: Record<string, number> = {}
  for (const name of outcomes.flatMap((outcome) => outcome.faults)) faults[name] = (faults[name] ?? 0) + 1
  return {
    ...{ schedules: outcomes.length, seed, faults },
    ops: outcomes.reduce((sum, { ops }) => sum + ops, 0),
    acknowledged: outcomes.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    healMs: percentiles(outcomes.flatMap(({ healMs }) => (healMs === null ? [] : [healMs]))),
    nodeKillMs: percentiles(outcomes.flatMap(({ recoveries }) => recoveries.nodeKill)),
    postgresRestartMs: percentiles(outcomes.flatMap(({ recoveries }) => recoveries.postgresRestart)),
    failing: outcomes
      .filter((outcome) => outcome.violations.length > 0)
      .map((outcome) => ({ seed: outcome.seed, violations: outcome.violations })),
    lost: count('lost'),
    duplicated: count('duplicated'),
    diverged: count('diverged'),
    unscheduledExits: count('unscheduledExit'),
    violations: violations.length,
  }
}

export function hasFailed({ lost, duplicated, diverged, unscheduledExits, violations }: Result): boolean {
  return lost + duplicated + diverged + unscheduledExits + violations > 0
}

/** One line; for a schedule that failed, what was broken and how to see it again. */
export function progressOf(outcome: Outcome, n: number, of: number): string {
  const { seed, ops, faults, healMs, tookMs, violations, folder } = outcome
  const healed = healMs === null ? 'not healed' : `healed in ${Math.round(healMs)} ms`
  const line = `${n}/${of}  seed ${seed}  ${ops} ops  ${faults.length} faults  ${healed}  ${seconds(tookMs)} s`
  if (violations.length === 0) return line
  const shown = violations.slice(0, 10).map(({ rule, harm, what }) => `    ${rule} (${harm}) ${what}`)
  const more = violations.length > shown.length ? [`    and ${violations.length - shown.length} more`] : []
  return [
    `${line}  FAILED`,
    `    faults: ${faults.join(', ')}`,
    ...shown,
    ...more,
    `    ledgers, log and faults: ${folder}`,
    `    npm run torture -- --replay ${seed}`,
  ].join('\n')
}

export function tableOf(result: Result): string {
  const rows: [string, string | number][] = [
    ['schedules', result.schedules],
    ['ops', result.ops],
    ['acknowledged', result.acknowledged],
    ...Object.entries(result.faults).sort((a, b) => b[1] - a[1]),
    ['healed', range(result.healMs)],
    ['back after a node was killed', range(result.nodeKillMs)],
    ['writing after Postgres was restarted', range(result.postgresRestartMs)],
    ['lost', result.lost],
    ['duplicated', result.duplicated],
    ['diverged', result.diverged],
    ['unscheduled exits', result.unscheduledExits],
    ['violations', result.violations],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly most: number
  readonly of: number
}

function range(found: Percentiles | null): string {
  if (found === null) return '-'
  const [p50, p95, most] = [found.p50, found.p95, found.most].map(Math.round)
  return `p50 ${p50} ms, p95 ${p95} ms, longest ${most} ms (of ${found.of})`
}

export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!
  return { p50: at(0.5), p95: at(0.95), most: sorted.at(-1)!, of: sorted.length }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1)
}

export function figureOf({ what, value, unit, atMost }: Figure): string {
  const number = Number.isInteger(value) ? value : value.toFixed(value < 10 ? 2 : 0)
  if (atMost === null) return `         ${what}: ${`${number} ${unit}`.trimEnd()}`
  const mark = value <= atMost ? 'ok    ' : 'MISSED'
  return `  ${mark} ${what}: ${`${number} ${unit}`.trimEnd()} (at most ${atMost})`
}
