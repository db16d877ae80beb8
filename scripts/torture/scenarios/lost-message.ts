/** What a node says to the others is lost, while every link is well: how long a reader on another node goes without. */

import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../../../test/harness/deadline.ts'
import type { Bed } from '../bed.ts'
import { percentiles } from '../report.ts'
import { Visitor } from '../visitor.ts'
import type { Figure, Scenario } from './scenario.ts'

const TRIALS = 40
/** Trials begin at any moment between two sweeps, which come every second. */
const APART_MS = 1_000
const BOUND_MS = 2_000

export const lostMessage: Scenario = {
  clients: 0,
  async run(bed: Bed): Promise<readonly Figure[]> {
    const author = bed.person()
    const letter = await bed.letter(author)
    const [writer, reader] = await Promise.all(
      [0, 1].map((n) => Visitor.at(bed.nodes[n]!.url, letter, author.token)),
    )
    await Promise.all([writer!.subscribe(), reader!.subscribe()])
    const waits: number[] = []
    for (let fault = 0; fault < TRIALS; fault++) {
      await bed.network.order('spoil', { line: 'redis 0', fault, as: { loses: 'requests' } })
      const version = await writer!.edit([{ insert: 'x' }])
      if (typeof version !== 'number') throw new Error(`An op was not acknowledged: ${version}`)
      const acked = performance.now()
      await until('the reader to hear of it', () => reader!.version >= version)
      waits.push(performance.now() - acked)
      await bed.network.order('mend', { line: 'redis 0', fault })
      await pause(Math.random() * APART_MS)
    }
    await Promise.all([writer!.close(), reader!.close()])
    const { p50, p95, most } = percentiles(waits)!
    return [
      {
        what: `a reader without ${TRIALS} lost messages, longest`,
        value: most,
        unit: 'ms',
        atMost: BOUND_MS,
      },
      { what: 'p95', value: p95, unit: 'ms', atMost: BOUND_MS },
      { what: 'p50', value: p50, unit: 'ms', atMost: BOUND_MS },
    ]
  },
}
