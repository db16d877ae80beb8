/** The torture bed: reads the options, runs, reports. Exits with 1 when a promise was broken. */

import { writeFileSync } from 'node:fs'
import { UsageError } from '../command-line.ts'
import { ensurePrograms } from '../debian-packages.ts'
import { runToItsEnd } from '../run-to-its-end.ts'
import { Bed } from './bed.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { figureOf, hasFailed, progressOf, resultOf, tableOf } from './report.ts'
import type { Outcome } from './run-schedule.ts'
import { runSchedules } from './run-schedules.ts'
import { ALL } from './scenarios/all.ts'
import type { Figure } from './scenarios/scenario.ts'

/** What a run comes to. */
interface Verdict {
  readonly json: unknown
  readonly hasFailed: boolean
}

/** Rejects when somebody says that the run must end now. */
function stopped(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Error(`The run was stopped by ${signal}.`)))
    }
  })
}

/** The bed that is there at the moment, for whoever has to end it. */
let bed: Bed | null = null

async function onBed<T>(options: Parameters<Bed['start']>[0], work: (bed: Bed) => Promise<T>): Promise<T> {
  bed = new Bed()
  await bed.start(options)
  const result = await work(bed)
  await bed.close()
  bed = null
  return result
}

async function torture(options: Options): Promise<Verdict> {
  const outcomes: Outcome[] = []
  await onBed({}, async (bed) => {
    for await (const outcome of runSchedules(bed, options)) {
      outcomes.push(outcome)
      console.log(progressOf(outcome, outcomes.length, options.schedules))
    }
  })
  const result = resultOf(options.seed, outcomes)
  console.log(`\n${tableOf(result)}`)
  return { json: result, hasFailed: hasFailed(result) }
}

async function measure({ only }: Options): Promise<Verdict> {
  const json: Record<string, readonly Figure[]> = {}
  for (const name of only) {
    const scenario = ALL[name]
    json[name] = await onBed(scenario, (bed) => scenario.run(bed))
    console.log([name, ...json[name].map(figureOf)].join('\n'))
  }
  const isMissed = ({ value, atMost }: Figure) => atMost !== null && !(value <= atMost)
  return { json, hasFailed: Object.values(json).flat().some(isMissed) }
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
  try {
    await ensurePrograms(['postgres', 'redis'], runToItsEnd)
    const work = options.only.length > 0 ? measure(options) : torture(options)
    const { json, hasFailed } = await Promise.race([stopped(), work])
    if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(json, null, 2)}\n`)
    return hasFailed ? 1 : 0
  } catch (error) {
    console.error(error)
    return 1
  } finally {
    await bed?.close()
  }
}

process.exit(await main(process.argv.slice(2)))
