import { parseArgs } from 'node:util'

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

/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args)
  const drawn = Math.floor(Math.random() * 1_000_000_000)
  const seed = values.replay ?? values.seed
  const first = seed === undefined ? drawn : whole('--seed', seed, 0, 2 ** 31 - 1)
  return {
    schedules: values.replay === undefined ? whole('--schedules', values.schedules ?? '30', 1, 100_000) : 1,
    seed: first,
    only: values.only === undefined ? [] : chosen(values.only),
    json: values.json ?? null,
    keep: values.keep ?? `torture-${first}`,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: { schedules: text, seed: text, replay: text, only: text, json: text, keep: text },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function chosen(list: string): ScenarioName[] {
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !SCENARIOS.some((known) => known === name))
  if (unknown.length === 0) return SCENARIOS.filter((name) => names.includes(name))
  throw new UsageError(`--only does not know ${unknown.join(', ')}; there are ${SCENARIOS.join(', ')}.`)
}

function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}.`)
}
