/** What a window cost: the server, Postgres, the write-ahead log, and what was left of the machine. */

import { cpus } from 'node:os'
import { type MachineTime, machineTime } from './cpu.ts'
import type { RunningSystem } from './systems/system.ts'

interface Reading {
  readonly at: number
  readonly serverMs: number | null
  readonly postgresMs: number | null
  readonly walBytes: number | null
  readonly machine: MachineTime | null
}

/** `null` is what the system does not say, or has not got. */
export interface Costs {
  readonly seconds: number
  readonly serverMs: number | null
  readonly postgresMs: number | null
  readonly walBytes: number | null
  readonly serverCpuShare: number | null
  /** In cores. */
  readonly machineIdle: number | null
}

/** Begins a window; the answer ends it. */
export async function beginCosts(running: RunningSystem): Promise<() => Promise<Costs>> {
  const before = await read(running)
  return async () => {
    const after = await read(running)
    const seconds = (after.at - before.at) / 1_000
    const serverMs = difference(before.serverMs, after.serverMs)
    return {
      seconds,
      serverMs,
      postgresMs: difference(before.postgresMs, after.postgresMs),
      walBytes: difference(before.walBytes, after.walBytes),
      serverCpuShare: serverMs === null ? null : serverMs / 1_000 / seconds,
      machineIdle: idleCores(before.machine, after.machine),
    }
  }
}

async function read({ server, database }: RunningSystem): Promise<Reading> {
  // Postgres first: asking it takes time, which should not stand between the clock and the server's figures.
  const walBytes = (await database?.walBytes()) ?? null
  const postgresMs = database?.cpuMs() ?? null
  return { at: performance.now(), serverMs: server.cpuMs(), postgresMs, walBytes, machine: machineTime() }
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before
}

function idleCores(before: MachineTime | null, after: MachineTime | null): number | null {
  if (before === null || after === null) return null
  return (cpus().length * (after.idle - before.idle)) / (after.total - before.total)
}
