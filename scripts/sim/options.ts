import { given, whole } from '../command-line.ts'

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

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { runs, seed, json, mutant, trace } = given(args, ['runs', 'seed', 'json', 'mutant'], ['trace'])
  return {
    // A wrong server has to be noticed within so many.
    runs: whole('--runs', runs ?? (mutant === undefined ? '1000' : '300'), 1),
    seed: whole('--seed', seed ?? '1', 0),
    json: json ?? null,
    mutant: mutant ?? null,
    isTraced: trace ?? false,
  }
}
