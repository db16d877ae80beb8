import { chosen, given, whole } from '../command-line.ts'

export const SCENARIOS = [
  'lost-message',
  'node-kill',
  'postgres-restart',
  'hot-letter',
  'malformed',
  'stalled-readers',
] as const
export type ScenarioName = (typeof SCENARIOS)[number]

export const USAGE = `npm run torture -- [options]

  --schedules 30     how many schedules
  --seed S           of the first one; the next one has S + 1, and so on (default: drawn)
  --replay SEED      this schedule only
  --only NAME        a scenario instead, with a figure of its own:
                     ${SCENARIOS.join(', ')}
  --json FILE        writes the result
  --keep FOLDER      where failing schedules leave their ledgers and logs (default: torture-SEED)
`

export interface Options {
  readonly schedules: number
  readonly seed: number
  readonly only: readonly ScenarioName[]
  readonly json: string | null
  readonly keep: string
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const values = given(args, ['schedules', 'seed', 'replay', 'only', 'json', 'keep'])
  const drawn = Math.floor(Math.random() * 1_000_000_000)
  const seed = values.replay ?? values.seed
  const first = seed === undefined ? drawn : whole('--seed', seed, 0, 2 ** 31 - 1)
  return {
    schedules: values.replay === undefined ? whole('--schedules', values.schedules ?? '30', 1, 100_000) : 1,
    seed: first,
    only: values.only === undefined ? [] : chosen('--only', values.only, SCENARIOS),
    json: values.json ?? null,
    keep: values.keep ?? `torture-${first}`,
  }
}
