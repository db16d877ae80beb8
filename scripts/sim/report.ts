import type { RunResult } from './run.ts'
import type { SeriesResult } from './series.ts'

/** Violations of a run that are printed. */
const SHOWN = 6

export function replayOf(seed: number, mutant: string | null): string {
  return `npm run sim -- --runs 1 --seed ${seed}${mutant === null ? '' : ` --mutant ${mutant}`}`
}

/** What was wrong with a run, and how to see it again. */
export function failureOf({ seed, violations, faults }: RunResult, mutant: string | null): string {
  const shown = violations.slice(0, SHOWN).map(({ kind, message }) => `  ${kind}: ${message}`)
  const rest = violations.length > SHOWN ? [`  and ${violations.length - SHOWN} more`] : []
  const loose = [...faults.keys()].join('; ') || 'nothing'
  return [
    `seed ${seed} fails (let loose: ${loose})`,
    ...shown,
    ...rest,
    `  ${replayOf(seed, mutant)} --trace`,
  ].join('\n')
}

export function reportOf(result: SeriesResult): string {
  const { runs, seed, ops, lost, duplicated, diverged, unscheduledExits, violations, faults, healMs } = result
  const loose = Object.entries(faults)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${String(count).padStart(7)}  ${name}`)
  return [
    '',
    `${runs} runs from seed ${seed}, ${ops} edits, ${result.runsPerSecond} runs a second`,
    ...loose,
    `${result.lostRaces} races lost between nodes, ${result.resends} ops sent again, ${result.given} given from tab to tab`,
    `level again after p50 ${healMs.p50} ms, p95 ${healMs.p95} ms, at most ${healMs.max} ms`,
    `lost ${lost}, duplicated ${duplicated}, diverged ${diverged}, unscheduled exits ${unscheduledExits}, violations ${violations}`,
  ].join('\n')
}
