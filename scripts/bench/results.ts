/** What a whole bench found: the cells of a table, one per workload and system. */

import type { Figures } from './figures.ts'
import type { Machine } from './machine.ts'
import type { SystemName } from './systems/system.ts'
import type { WorkloadId } from './workloads/workload.ts'

export interface Cell {
  readonly workload: WorkloadId
  readonly system: SystemName
  readonly runs: readonly Figures[]
  readonly medians: Figures
  /** Each once, in the order they came. */
  readonly notes: readonly string[]
  /** What failed: one sentence per run. */
  readonly failures: readonly string[]
}

export interface Results {
  /** ISO 8601 */
  readonly at: string
  readonly machine: Machine
  readonly seconds: number
  readonly isRehearsal: boolean
  readonly runs: number
  readonly generators: number
  readonly peerPackages: Readonly<Record<string, string>>
  readonly workloads: readonly { readonly id: WorkloadId; readonly title: string }[]
  readonly systems: readonly {
    readonly name: SystemName
    readonly title: string
    readonly acknowledges: string
  }[]
  readonly cells: readonly Cell[]
}

export function cellOf(results: Results, workload: WorkloadId, system: SystemName): Cell | undefined {
  return results.cells.find((cell) => cell.workload === workload && cell.system === system)
}

/** A median; null when it was not measured. */
export function figureOf(
  results: Results,
  workload: WorkloadId,
  system: SystemName,
  name: keyof Figures,
): number | null {
  return cellOf(results, workload, system)?.medians[name] ?? null
}
