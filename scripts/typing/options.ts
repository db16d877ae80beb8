import { given, whole } from '../command-line.ts'

export const USAGE = `npm run typing -- [options]

  --characters 100000  of the letter that is written in
  --people 10          who write in it meanwhile
  --keys 400           that are measured
  --trace FILE         keeps what Chromium recorded, for its performance panel
  --away EDITS         measures coming back instead: as many edits of a closed tab, sent past twice as many of others
`

export interface Options {
  readonly characters: number
  readonly people: number
  readonly keys: number
  readonly trace: string | null
  /** Edits; null when keys are measured. */
  readonly away: number | null
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { characters, people, keys, trace, away } = given(args, [
    'characters',
    'people',
    'keys',
    'trace',
    'away',
  ])
  return {
    characters: whole('--characters', characters ?? '100000', 1_000, 2_000_000),
    people: whole('--people', people ?? '10', 0, 100),
    keys: whole('--keys', keys ?? '400', 10, 100_000),
    trace: trace ?? null,
    away: away === undefined ? null : whole('--away', away, 1, 1_000_000),
  }
}
