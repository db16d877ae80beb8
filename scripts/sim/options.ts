import { parseArgs } from 'node:util'

export const USAGE = `npm run sim -- [options]

  --runs 1000        how many runs
  --seed 1           of the first one; the others follow
  --json FILE        writes what they came to
  --mutant NAME      runs a wrong server, until that is noticed; \`list\` names them
  --trace            prints everything that happens in a run
`

export interface Options {
  readonly runs: number
  readonly seed: number
  readonly json: string | null
  readonly mutant: string | null
  readonly isTraced: boolean
}

/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { runs, seed, json, mutant, trace } = parse(args)
  return {
    // A wrong server has to be noticed within so many.
    runs: whole('--runs', runs ?? (mutant === undefined ? '1000' : '300'), 1),
    seed: whole('--seed', seed ?? '1', 0),
    json: json ?? null,
    mutant: mutant ?? null,
    isTraced: trace ?? false,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    const options = { runs: text, seed: text, json: text, mutant: text, trace: { type: 'boolean' } as const }
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`${option} takes a whole number from ${least}.`)
}
