/** What this server wants to reach, and whether it did. */

import type { FigureName } from '../figures.ts'
import { figureOf, type Results } from '../results.ts'
import type { SystemName } from '../systems/system.ts'
import type { WorkloadId } from '../workloads/workload.ts'

export interface Aim {
  readonly workload: WorkloadId
  readonly text: string
  /** What was measured, in words; null when something it takes was not. */
  readonly value: string | null
  readonly isMet: boolean | null
}

export function aimsOf(results: Results): Aim[] {
  const ours = (workload: WorkloadId, name: FigureName) => figureOf(results, workload, 'copperplate', name)
  const measured = new Set(results.workloads.map(({ id }) => id))

  /** Ours is at least so many times theirs. */
  function timesAsMuch(
    workload: WorkloadId,
    peer: SystemName,
    name: FigureName,
    least: number,
    text: string,
  ): Aim {
    const ratio = quotient(ours(workload, name), figureOf(results, workload, peer, name))
    return aim(
      workload,
      text,
      ratio,
      (value) => value >= least,
      (value) => `${value.toFixed(1)} ×`,
    )
  }

  function atMost(
    workload: WorkloadId,
    name: FigureName,
    most: number,
    text: string,
    unit: string,
    digits = 0,
  ): Aim {
    return aim(
      workload,
      text,
      ours(workload, name),
      (value) => value <= most,
      (value) => `${value.toFixed(digits)}${unit}`,
    )
  }

  /** Ours is at most so many times theirs. */
  function noMoreThan(
    workload: WorkloadId,
    peer: SystemName,
    name: FigureName,
    text: string,
    share = 1,
  ): Aim {
    const ratio = quotient(ours(workload, name), figureOf(results, workload, peer, name))
    return aim(
      workload,
      text,
      ratio,
      (value) => value <= share,
      (value) => `${value.toFixed(2)} ×`,
    )
  }

  const besideW1 = quotient(ours('W4', 'opsPerSecond'), ours('W1', 'opsPerSecond'))
  const all = [
    timesAsMuch('W1', 'postgres', 'opsPerSecond', 40, 'op/s at least 40 × sharedb-postgres'),
    timesAsMuch('W1', 'memory', 'opsPerSecond', 3, 'op/s at least 3 × ShareDB in memory'),
    atMost('W1', 'retries', 0, 'no write is done again', ''),
    noMoreThan(
      'W1',
      'memory',
      'cpuPerDeliveryUs',
      'CPU per delivery at most a third of ShareDB in memory',
      1 / 3,
    ),
    noMoreThan(
      'W2',
      'memory',
      'propagationP95Ms',
      'the others have it, p95, no later than with ShareDB in memory',
    ),
    noMoreThan(
      'W2',
      'hocuspocus',
      'propagationP95Ms',
      'the others have it, p95, no later than with Hocuspocus',
    ),
    atMost('W2', 'propagationP95Ms', 100, 'the others have it, p95, within 100 ms', ' ms', 1),
    noMoreThan('W2', 'hocuspocus', 'cpuPerDeliveryUs', 'CPU per delivery at most that of Hocuspocus'),
    timesAsMuch('W3', 'postgres', 'opsPerSecond', 10, 'op/s at least 10 × sharedb-postgres'),
    timesAsMuch('W3', 'memory', 'opsPerSecond', 1.5, 'op/s at least 1.5 × ShareDB in memory'),
    timesAsMuch('W4', 'postgres', 'opsPerSecond', 60, 'op/s at least 60 × sharedb-postgres'),
    aim(
      'W4',
      'op/s at least 0.7 × our own W1',
      besideW1,
      (value) => value >= 0.7,
      (value) => `${value.toFixed(2)} ×`,
    ),
    ...(['W1', 'W3', 'W4'] as const).map((workload) =>
      atMost(workload, 'walBytesPerOp', 800, 'write-ahead log at most 800 bytes per op', ' bytes'),
    ),
    atMost('W5', 'coldOpenRatio', 1.3, 'opened cold in at most 1.3 × the time of an empty log', ' ×', 2),
    atMost('W5', 'warmOpenRatio', 1.3, 'opened warm in at most 1.3 × the time of an empty log', ' ×', 2),
    atMost('W5', 'anyVersionP95Ms', 50, 'any version read in at most 50 ms, p95', ' ms', 1),
    atMost('W6', 'bytesPerSocket', 20 * 1024, 'at most 20 KB per idle socket', ' bytes'),
    atMost('W6', 'openSeconds', 60, 'all sockets open within 60 s', ' s', 1),
    atMost('W6', 'broadcastP95Ms', 150, 'one op reaches all readers, p95, within 150 ms', ' ms', 1),
  ]
  return all
    .filter(({ workload }) => measured.has(workload))
    .sort((one, other) => one.workload.localeCompare(other.workload))
}

function aim(
  workload: WorkloadId,
  text: string,
  value: number | null,
  isMet: (value: number) => boolean,
  written: (value: number) => string,
): Aim {
  if (value === null) return { workload, text, value: null, isMet: null }
  return { workload, text, value: written(value), isMet: isMet(value) }
}

function quotient(one: number | null, other: number | null): number | null {
  return one === null || other === null || other === 0 ? null : one / other
}
