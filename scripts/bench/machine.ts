/** Where the figures were taken: without it they mean nothing. */

import { arch, availableParallelism, cpus, totalmem, type } from 'node:os'

export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** null when none was needed. */
  readonly postgres: string | null
}

export function thisMachine(postgres: string | null): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${arch()}`,
    node: process.versions.node,
    postgres,
  }
}

export function describeMachine({ cores, cpu, memoryGiB, system, node, postgres }: Machine): string {
  const database = postgres === null ? '' : `, Postgres ${postgres} (fsync on)`
  return `${cores} cores of ${cpu}, ${memoryGiB} GiB, ${system}, Node ${node}${database}`
}
