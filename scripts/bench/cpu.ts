/** What processes and the machine have used of the processor, from /proc; null where there is none. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

let msPerTick: number | undefined

/** Milliseconds of CPU a process took so far, in user and kernel mode. */
export function cpuMs(pid: number, { withDeadChildren = false } = {}): number | null {
  const stat = readOrNull(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The name in parentheses may hold blanks; utime is the 14th field, behind it stime, cutime, cstime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number)
  msPerTick ??= 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return (user + system + (withDeadChildren ? childUser + childSystem : 0)) * msPerTick
}

export interface MachineTime {
  readonly idle: number
  readonly total: number
}

/** In ticks, of all cores together. */
export function machineTime(): MachineTime | null {
  const stat = readOrNull('/proc/stat')
  if (stat === null) return null
  // "cpu  user nice system idle iowait irq softirq steal …"
  const ticks = stat.split('\n', 1)[0]!.trim().split(/\s+/).slice(1, 9).map(Number)
  return { idle: ticks[3]! + ticks[4]!, total: ticks.reduce((sum, value) => sum + value, 0) }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process has ended, or this is not Linux.
    return null
  }
}
