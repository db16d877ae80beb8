import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Bed } from './bed.ts'
import { type Outcome, ScheduleRun } from './run-schedule.ts'
import { drawSchedule } from './schedule.ts'

export interface Plan {
  readonly schedules: number
  /** Of the first one; each has one more than the one before it. */
  readonly seed: number
  /** Where schedules that fail leave what they have seen. */
  readonly keep: string
}

/** One schedule after the other, on one bed. One that breaks off is the last. */
export async function* runSchedules(bed: Bed, { schedules, seed, keep }: Plan): AsyncGenerator<Outcome> {
  for (let n = 0; n < schedules; n++) {
    const folder = join(bed.folder, `schedule-${seed + n}`)
    const outcome = await played(bed, seed + n, folder)
    yield outcome.violations.length === 0 ? outcome : kept(bed, outcome, keep)
    rmSync(folder, { recursive: true, force: true })
    if (outcome.isBroken) return
  }
}

/** A client that dies, or a node that never comes back, breaks the bed: nothing can be said of what would come after. */
async function played(bed: Bed, seed: number, folder: string): Promise<Outcome & { isBroken: boolean }> {
  const schedule = drawSchedule(seed)
  const began = performance.now()
  try {
    return { ...(await new ScheduleRun(bed, schedule, folder).run()), isBroken: false }
  } catch (error) {
    return {
      ...{
        seed,
        ops: 0,
        acknowledged: 0,
        healMs: null,
        tookMs: performance.now() - began,
        folder,
        isBroken: true,
      },
      faults: schedule.faults.map(({ name }) => name),
      recoveries: { nodeKill: [], postgresRestart: [] },
      violations: [{ rule: 'I12', harm: 'other', what: `the schedule broke off: ${(error as Error).stack}` }],
    }
  }
}

/** The ledgers, what the nodes have logged, the schedule and the verdict. */
function kept(bed: Bed, outcome: Outcome, keep: string): Outcome {
  const folder = resolve(keep, `schedule-${outcome.seed}`)
  cpSync(outcome.folder, folder, { recursive: true })
  for (const [n, node] of bed.nodes.entries()) writeFileSync(join(folder, `node-${n}.log`), node.log)
  const schedule = drawSchedule(outcome.seed)
  writeFileSync(join(folder, 'schedule.json'), `${JSON.stringify({ schedule, ...outcome }, null, 2)}\n`)
  return { ...outcome, folder }
}
