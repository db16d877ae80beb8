/** W6: thousands of people who have a letter open and do nothing; then one of them types one character. */

import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { Generators } from '../load/generators.ts'
import { Histogram } from '../load/histogram.ts'
import type { Letter, Seat } from '../load/orders.ts'
import type { RunningSystem } from '../systems/system.ts'
import { LossError, type Workload } from './workload.ts'

const SOCKETS = 10_000
const LETTERS = 10
const BROADCASTS = 5
/** Opened and closed beforehand, so that what a server compiles and keeps for itself is not counted. */
const FIRST = 300
/** Files that a process has open beside its sockets. */
const OTHER_FILES = 500
const AT_ONCE = 16

export const IDLE_SOCKETS: Workload = {
  id: 'W6',
  title: '10,000 idle sockets in 10 letters, then one op to the 1,000 of one letter',
  peers: ['postgres', 'memory', 'hocuspocus'],
  async measure({ stage, system, isRehearsal, generators: count }) {
    const wanted = isRehearsal ? SOCKETS / 10 : SOCKETS
    const sockets = Math.min(wanted, openFileLimit() - OTHER_FILES)
    const running = await system.start(stage)
    const generators = stage.keep(new Generators(count))
    try {
      const letters = await running.letters(LETTERS)
      await open(generators, running, letters, FIRST)
      await generators.closeSockets()
      const before = await settledBytes(running)
      const openSeconds = await open(generators, running, letters, sockets)
      const after = await settledBytes(running)
      const times = await broadcast(generators, running, letters[0]!)
      const percentiles = Histogram.of(times).percentiles()!
      return {
        figures: {
          ...{ sockets, openSeconds, bytesPerSocket: (after - before) / sockets, rssMiB: after / 2 ** 20 },
          readers: times.length / BROADCASTS,
          broadcastP50Ms: percentiles.p50,
          broadcastP95Ms: percentiles.p95,
          broadcastP99Ms: percentiles.p99,
        },
        notes: sockets < wanted ? [`a process may have ${openFileLimit()} files open here (ulimit -Hn)`] : [],
      }
    } finally {
      await stage.end(generators)
      await running.close()
    }
  },
}

function open(
  generators: Generators,
  running: RunningSystem,
  letters: readonly Letter[],
  count: number,
): Promise<number> {
  const seats: Seat[] = Array.from({ length: count }, (_, index) => ({
    letter: letters[index % letters.length]!,
    token: running.token(index),
  }))
  return generators.open(running.target, seats, { atOnce: AT_ONCE })
}

/** What the server holds in memory when it has thrown away what it can. */
async function settledBytes({ server }: RunningSystem): Promise<number> {
  await pause(500)
  await server.settle()
  await pause(500)
  return (await server.read()).rssBytes
}

/** One op after the other, each when the one before has arrived everywhere. @returns milliseconds per reader and op */
async function broadcast(generators: Generators, running: RunningSystem, letter: Letter): Promise<number[]> {
  const times: number[] = []
  for (let op = 1; op <= BROADCASTS; op++) {
    times.push(...(await generators.broadcast(letter.id, letter.version + op)))
  }
  const { length } = await running.head(letter)
  if (length !== letter.length + BROADCASTS) {
    throw new LossError(
      `After ${BROADCASTS} ops the letter is ${length} long, not ${letter.length + BROADCASTS}.`,
    )
  }
  return times
}

/** Node raises its own limit to the hard one. */
function openFileLimit(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  return limit === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(limit)
}
