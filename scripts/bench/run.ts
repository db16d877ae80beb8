/** Runs every workload on every system, so often as is wanted, one after the other. */

import { type Figures, medians } from './figures.ts'
import type { Options } from './options.ts'
import type { Cell } from './results.ts'
import type { Stage } from './stage.ts'
import { copperplate } from './systems/copperplate.ts'
import { hocuspocus } from './systems/hocuspocus.ts'
import { sharedbInMemory, sharedbOnPostgres } from './systems/sharedb-peer.ts'
import type { System } from './systems/system.ts'
import { IDLE_SOCKETS } from './workloads/idle-sockets.ts'
import { TYPING } from './workloads/letters.ts'
import { LONG_LOG } from './workloads/long-log.ts'
import { RETYPING } from './workloads/retyping.ts'
import type { Measured, Workload } from './workloads/workload.ts'

/** Below this many seconds there is too little to measure. */
const REHEARSAL_SECONDS = 5

const WORKLOADS: readonly Workload[] = [...TYPING, LONG_LOG, IDLE_SOCKETS, ...RETYPING]
const PEERS: readonly System[] = [sharedbOnPostgres, sharedbInMemory, hocuspocus]

export interface Progress {
  began(workload: Workload, system: System, run: number): void
  ended(workload: Workload, system: System, run: number, outcome: Measured | Error): void
}

export interface Plan {
  readonly isRehearsal: boolean
  readonly workloads: readonly Workload[]
  readonly systems: readonly System[]
}

export function planOf({ only, peers, seconds }: Options): Plan {
  return {
    isRehearsal: seconds < REHEARSAL_SECONDS,
    workloads: WORKLOADS.filter(({ id }) => only.some((wanted) => id.startsWith(wanted))),
    systems: [copperplate, ...PEERS.filter(({ name }) => peers.some((peer) => peer === name))],
  }
}

/** A failure is kept with its cell and does not hold up the others. */
export async function runAll(
  { isRehearsal, workloads, systems }: Plan,
  options: Options,
  stage: Stage,
  progress: Progress,
): Promise<Cell[]> {
  const cells = new Map<string, { figures: Figures[]; notes: Set<string>; failures: string[] }>()
  // One run of everything before the next: what else the machine does then hits all systems alike.
  for (let run = 1; run <= options.runs; run++) {
    for (const workload of workloads) {
      for (const system of systems) {
        if (!runsOn(workload, system)) continue
        const key = `${workload.id} ${system.name}`
        const cell = cells.get(key) ?? { figures: [], notes: new Set(), failures: [] }
        cells.set(key, cell)
        stage.cell = `${workload.id}-${system.name}-${run}`
        progress.began(workload, system, run)
        const { seconds, generators } = options
        const outcome = await attempt(() =>
          workload.measure({ stage, system, seconds, generators, isRehearsal }),
        )
        progress.ended(workload, system, run, outcome)
        if (outcome instanceof Error) cell.failures.push(outcome.message)
        else {
          cell.figures.push(outcome.figures)
          for (const note of outcome.notes) cell.notes.add(note)
        }
      }
    }
  }
  return workloads.flatMap((workload) =>
    systems.flatMap((system) => {
      const cell = cells.get(`${workload.id} ${system.name}`)
      if (cell === undefined) return []
      const { figures, notes, failures } = cell
      return {
        ...{ workload: workload.id, system: system.name, runs: figures, medians: medians(figures) },
        ...{ notes: [...notes], failures },
      }
    }),
  )
}

function runsOn({ peers }: Workload, { name }: System): boolean {
  return name === 'copperplate' || peers.includes(name)
}

async function attempt(measure: () => Promise<Measured>): Promise<Measured | Error> {
  try {
    return await measure()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
