/** The simulation itself: reads the options, runs, reports. Exits with 1 when anything was wrong, or a mutant was not noticed. */

import { writeFileSync } from 'node:fs'
import { UsageError } from '../command-line.ts'
import { MUTANTS, partsOf } from './mutants.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { failureOf, reportOf } from './report.ts'
import { simulate } from './run.ts'
import { isClean, simulateSeries } from './series.ts'

const PROGRESS_MS = 5_000
/** Failing runs that are printed. */
const SHOWN = 10

async function main(args: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = readOptions(args)
    if (options.mutant === 'list') return listMutants()
    if (options.isTraced) return await trace(options)
    return await run(options)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message}\n\n${USAGE}`)
    return 1
  }
}

async function run({ runs, seed, json, mutant }: Options): Promise<number> {
  let failing = 0
  let saidAt = performance.now()
  const result = await simulateSeries({
    ...{ runs, seed, parts: partsOf(mutant), isUntilFailing: mutant !== null },
    onRun(each, count) {
      if (each.violations.length > 0 && ++failing <= SHOWN) console.log(failureOf(each, mutant))
      if (performance.now() - saidAt < PROGRESS_MS) return
      saidAt = performance.now()
      console.log(`${count} of ${runs} runs`)
    },
  })
  console.log(reportOf(result))
  if (json !== null) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`)
  if (mutant === null) return isClean(result) ? 0 : 1
  console.log(
    isClean(result) ? `${mutant} was not noticed` : `${mutant} was noticed after ${result.runs} runs`,
  )
  return isClean(result) ? 1 : 0
}

async function trace({ seed, mutant }: Options): Promise<number> {
  const result = await simulate(seed, partsOf(mutant), true)
  for (const line of result.trace) console.log(line)
  if (result.violations.length > 0) console.log(failureOf(result, mutant))
  return result.violations.length > 0 ? 1 : 0
}

function listMutants(): number {
  for (const [name, { what }] of Object.entries(MUTANTS)) console.log(`${name.padEnd(32)} ${what}`)
  return 0
}

process.exit(await main(process.argv.slice(2)))
