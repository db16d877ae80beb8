/** The bench itself: reads the options, runs, reports. Exits with 1 when anything failed, or an acknowledged op was lost. */

import { writeFileSync } from 'node:fs'
import { UsageError } from '../command-line.ts'
import { ensurePrograms } from '../debian-packages.ts'
import { runToItsEnd } from '../run-to-its-end.ts'
import { FIGURES } from './figures.ts'
import { thisMachine } from './machine.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { aimsOf } from './report/aims.ts'
import { pictureOf } from './report/picture.ts'
import { terminalProgress } from './report/progress.ts'
import { reportOf } from './report/table.ts'
import type { Results } from './results.ts'
import { planOf, runAll } from './run.ts'
import { Stage } from './stage.ts'
import { ensurePeersInstalled, peerVersions } from './systems/peer-packages.ts'

const WHOLE_BENCH_MS = 3 * 60 * 60_000

/** Rejects when somebody or the clock says that the bench must end now. */
function stopped(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Error(`The bench was stopped by ${signal}.`)))
    }
    const tooLate = () =>
      reject(new Error(`The bench was not done after ${WHOLE_BENCH_MS / 60_000} minutes.`))
    setTimeout(tooLate, WHOLE_BENCH_MS).unref()
  })
}

async function bench(stage: Stage, options: Options): Promise<Results> {
  const plan = planOf(options)
  await ensurePrograms(['postgres'], runToItsEnd)
  if (plan.systems.length > 1) await ensurePeersInstalled()
  const database = await stage.database()
  const machine = thisMachine(await database.version())
  await stage.end(database)

  const cells = await runAll(plan, options, stage, terminalProgress(options.runs))
  const { seconds, runs, generators } = options
  const results: Results = {
    ...{ at: new Date().toISOString(), machine, seconds, isRehearsal: plan.isRehearsal, runs, generators },
    peerPackages: plan.systems.length > 1 ? peerVersions() : {},
    workloads: plan.workloads.map(({ id, title }) => ({ id, title })),
    systems: plan.systems.map(({ name, title, acknowledges }) => ({ name, title, acknowledges })),
    cells,
  }
  console.log(reportOf(results))
  if (options.json !== null) {
    writeFileSync(
      options.json,
      `${JSON.stringify({ ...results, aims: aimsOf(results), figures: FIGURES }, null, 2)}\n`,
    )
  }
  if (options.svg !== null) writeFileSync(options.svg, pictureOf(results))
  return results
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
  const stage = new Stage(options.profile)
  try {
    const { cells } = await Promise.race([stopped(), bench(stage, options)])
    return cells.some(({ failures }) => failures.length > 0) ? 1 : 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 1
  } finally {
    await stage.close()
  }
}

process.exit(await main(process.argv.slice(2)))
