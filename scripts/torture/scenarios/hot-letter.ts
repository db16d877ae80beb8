/** Twenty-five people in one letter, on three nodes by chance: what that costs an op. */

import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../../../test/harness/deadline.ts'
import type { Bed } from '../bed.ts'
import type { BedNode } from '../node.ts'
import { Visitor } from '../visitor.ts'
import type { Figure, Scenario } from './scenario.ts'

const WRITERS = 25
const LASTS_MS = 20_000
/** Of each, as fast as people type without a pause. */
const PER_SECOND = 5

export const hotLetter: Scenario = {
  clients: 0,
  preload: new URL('../report-retries.mjs', import.meta.url).href,
  async run(bed: Bed): Promise<readonly Figure[]> {
    const typing = await measure(bed, () => -Math.log(1 - Math.random()) * (1_000 / PER_SECOND))
    const racing = await measure(bed, () => 0)
    return [
      { what: `retries per op, ${PER_SECOND} op/s each`, value: typing.retries, unit: '', atMost: 0.5 },
      {
        what: `acknowledged, p99 (${typing.perSecond} op/s in all)`,
        value: typing.p99,
        unit: 'ms',
        atMost: 250,
      },
      {
        what: 'retries per op, as fast as acknowledgements allow',
        value: racing.retries,
        unit: '',
        atMost: null,
      },
      {
        what: `acknowledged, p99 (${racing.perSecond} op/s in all)`,
        value: racing.p99,
        unit: 'ms',
        atMost: null,
      },
    ]
  },
}

async function measure(bed: Bed, thinkMs: () => number) {
  await bed.balancer.order('route', { by: 'random', seed: 1 })
  const author = bed.person()
  const letter = await bed.letter(author)
  const writers = await Promise.all(
    Array.from({ length: WRITERS }, () => Visitor.at(bed.url, letter, bed.person().token)),
  )
  await Promise.all(writers.map((writer) => writer.subscribe()))
  const before = await retriesOf(bed.nodes)
  const took: number[] = []
  const end = performance.now() + LASTS_MS
  await Promise.all(
    writers.map(async (writer) => {
      for (let wait = thinkMs(); performance.now() + wait < end; wait = thinkMs()) {
        if (wait > 0) await pause(wait)
        const sent = performance.now()
        const version = await writer.edit([{ insert: 'x' }], writer.version)
        if (typeof version !== 'number') throw new Error(`An op was not acknowledged: ${version}`)
        took.push(performance.now() - sent)
      }
    }),
  )
  const retries = (await retriesOf(bed.nodes)) - before
  await Promise.all(writers.map((writer) => writer.close()))
  took.sort((a, b) => a - b)
  return {
    retries: retries / took.length,
    p99: took[Math.ceil(0.99 * took.length) - 1]!,
    perSecond: Math.round((took.length * 1_000) / LASTS_MS),
  }
}

async function retriesOf(nodes: readonly BedNode[]): Promise<number> {
  const counts = await Promise.all(
    nodes.map(async (node) => {
      const said = () => [...node.log.matchAll(/^retries (\d+)$/gm)]
      const before = said().length
      node.signal('SIGUSR2')
      await until('a node to tell its retries', () => said().length > before)
      return Number(said().at(-1)![1])
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
