/** The torture bed: reads the options, runs, reports. Exits with 1 when a promise was broken. */

import { writeFileSync } from 'node:fs'
import { ensurePrograms } from '../debian-packages.ts'
import { runToItsEnd } from '../run-to-its-end.ts'
import { Bed } from './bed.ts'
import { type Options, readOptions, USAGE, UsageError } from './options.ts'
import { hasFailed, progressOf, type Result, resultOf, tableOf } from './report.ts'
import type { Outcome } from './run-schedule.ts'
import { runSchedules } from './run-schedules.ts'

/** Rejects when somebody says that the run must end now. */
function stopped(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Error(`The run was stopped by ${signal}.`)))
    }
  })
}

async function torture(bed: Bed, options: Options): Promise<Result> {
  await ensurePrograms(['postgres', 'redis'], runToItsEnd)
  await bed.start()
  const outcomes: Outcome[] = []
  for await (const outcome of runSchedules(bed, options)) {
    outcomes.push(outcome)
    console.log(progressOf(outcome, outcomes.length, options.schedules))
  }
  return resultOf(options.seed, outcomes)
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = readOptions(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message}\n\n${USAGE}`)
    return 1
  }
  const bed = new Bed()
  try {
    const result = await Promise.race([stopped(), torture(bed, options)])
    console.log(`\n${tableOf(result)}`)
    if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`)
    return hasFailed(result) ? 1 : 0
  } catch (error) {
    console.error(error)
    return 1
  } finally {
    await bed.close()
  }
}

process.exit(await main(process.argv.slice(2)))
