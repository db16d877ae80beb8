/** Schedules with one fault each, and nobody away: how long people have to wait for it to pass. */

import { join } from 'node:path'
import type { Bed } from '../bed.ts'
import type { FaultName } from '../faults.ts'
import { percentiles, progressOf, resultOf } from '../report.ts'
import { type Outcome, ScheduleRun } from '../run-schedule.ts'
import { CLIENTS, NODES, type Schedule } from '../schedule.ts'
import type { Figure, Scenario } from './scenario.ts'

const PER_SECOND = 8

function scheduleOf(seed: number, name: FaultName, forMs: number, lastsMs: number): Schedule {
  return {
    ...{ seed, lastsMs, routing: 'random', letters: 2, perSecond: PER_SECOND, absences: [] },
    faults: [{ name, at: 1_500, forMs, target: name.startsWith('node') ? seed % NODES : 0, seed }],
  }
}

async function play(bed: Bed, schedules: readonly Schedule[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const schedule of schedules) {
    outcomes.push(await new ScheduleRun(bed, schedule, join(bed.folder, `schedule-${schedule.seed}`)).run())
    console.log(progressOf(outcomes.at(-1)!, outcomes.length, schedules.length))
  }
  return outcomes
}

function figuresOf(
  outcomes: readonly Outcome[],
  what: string,
  waits: readonly number[],
  atMost: number,
): Figure[] {
  const found = percentiles(waits)
  if (found === null) throw new Error('Nobody had to wait, so nothing was measured.')
  const { lost, duplicated, diverged, violations } = resultOf(0, outcomes)
  return [
    { what: `${what}, p95 of ${found.of}`, value: found.p95, unit: 'ms', atMost },
    { what: 'p50', value: found.p50, unit: 'ms', atMost },
    { what: 'lost, duplicated, diverged', value: lost + duplicated + diverged, unit: '', atMost: 0 },
    { what: 'violations', value: violations, unit: '', atMost: 0 },
  ]
}

export const nodeKill: Scenario = {
  clients: CLIENTS,
  async run(bed) {
    const schedules = Array.from({ length: 15 }, (_, n) => scheduleOf(n, 'node killed', 500, 5_500))
    const outcomes = await play(bed, schedules)
    const waits = outcomes.flatMap(({ recoveries }) => recoveries.nodeKill)
    return figuresOf(outcomes, 'clients of a killed node are back and caught up', waits, 3_000)
  },
}

export const postgresRestart: Scenario = {
  clients: CLIENTS,
  async run(bed) {
    const schedules = Array.from({ length: 10 }, (_, n) => scheduleOf(n, 'Postgres restarted', 0, 7_000))
    const outcomes = await play(bed, schedules)
    const waits = outcomes.flatMap(({ recoveries }) => recoveries.postgresRestart)
    return figuresOf(outcomes, 'clients write again after Postgres is back', waits, 5_000)
  },
}
