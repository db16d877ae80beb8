/** W5: a letter whose log is long, opened beside one whose log is empty, and read at earlier versions. */

import { Histogram } from '../load/histogram.ts'
import { openLetter } from '../load/opening.ts'
import type { Letter } from '../load/orders.ts'
import { SharedbControl } from '../systems/sharedb-control.ts'
import type { Content, RunningSystem } from '../systems/system.ts'
import { LossError, type Setting, type Workload } from './workload.ts'

const LOG_OPS = 100_000
const LETTER_LENGTH = 2_000
const COLD_STARTS = 5
const WARM_OPENINGS = 60
const VERSIONS = 30

export const LONG_LOG: Workload = {
  id: 'W5',
  title: 'a letter with 100,000 ops in its log, opened and read',
  peers: ['postgres', 'hocuspocus'],
  async measure(setting) {
    const { stage, system, isRehearsal } = setting
    const ops = isRehearsal ? LOG_OPS / 10 : LOG_OPS
    const running = await system.start(stage)
    try {
      // Both letters hold the same text.
      const content: Content = [{ insert: `${'a'.repeat(LETTER_LENGTH)}\n` }]
      const [empty, other] = await running.letters(2, content)
      const long = await running.letterWithLog!(content, ops)
      const pair = { long, empty: empty!, other: other! }
      const cold = await openCold(running, pair, isRehearsal ? 2 : COLD_STARTS)
      const warm = await openWarm(running, pair, isRehearsal ? 20 : WARM_OPENINGS)
      await checkHead(running, long)
      return {
        figures: {
          logOps: ops,
          ...{ coldOpenMs: cold.long, coldOpenEmptyMs: cold.empty, coldOpenRatio: cold.long / cold.empty },
          ...{ warmOpenMs: warm.long, warmOpenEmptyMs: warm.empty, warmOpenRatio: warm.long / warm.empty },
          ...(await readVersions(running, long, ops, setting)),
        },
        notes: system.protocol === 'yjs' ? ['has no earlier versions to read'] : [],
      }
    } finally {
      await running.close()
    }
  },
}

interface Letters {
  readonly long: Letter
  readonly empty: Letter
  /** Opened first, so that neither of the two pays for what a server does once. */
  readonly other: Letter
}

interface Medians {
  readonly long: number
  readonly empty: number
}

/** Each time by a server that has just been started. */
async function openCold(
  running: RunningSystem,
  { long, empty, other }: Letters,
  starts: number,
): Promise<Medians> {
  const taken = { long: [] as number[], empty: [] as number[] }
  for (let start = 0; start < starts; start++) {
    await running.restart()
    for (let again = 0; again < 5; again++) await timeToOpen(running, other)
    // Now one is first, now the other.
    if (start % 2 === 0) taken.empty.push(await timeToOpen(running, empty))
    taken.long.push(await timeToOpen(running, long))
    if (start % 2 === 1) taken.empty.push(await timeToOpen(running, empty))
  }
  return { long: median(taken.long), empty: median(taken.empty) }
}

/** While somebody else has the letter open. */
async function openWarm(
  running: RunningSystem,
  { long, empty }: Letters,
  openings: number,
): Promise<Medians> {
  const token = running.token(0)
  const held = [
    await openLetter(running.target, { letter: long, token }),
    await openLetter(running.target, { letter: empty, token }),
  ]
  const taken = { long: [] as number[], empty: [] as number[] }
  for (let opening = 0; opening < openings; opening++) {
    taken.long.push(await timeToOpen(running, long))
    taken.empty.push(await timeToOpen(running, empty))
  }
  for (const { editor } of held) editor.close()
  return { long: median(taken.long), empty: median(taken.empty) }
}

async function timeToOpen(running: RunningSystem, letter: Letter): Promise<number> {
  const { editor, ms } = await openLetter(running.target, { letter, token: running.token(1) })
  editor.close()
  return ms
}

async function readVersions(
  running: RunningSystem,
  long: Letter,
  ops: number,
  { system, seconds }: Setting,
): Promise<{ middleVersionMs?: number; anyVersionP50Ms?: number; anyVersionP95Ms?: number }> {
  if (system.protocol !== 'sharedb') return {}
  const control = await SharedbControl.open(running.target, long.id, running.token(0))
  const read = async (version: number) => {
    const { ms, length } = await control.readVersion(version)
    if (length !== long.length) {
      throw new LossError(`${system.title} read version ${version} as ${length} long, not ${long.length}.`)
    }
    return ms
  }
  const middleVersionMs = await read(ops / 2)
  const taken: number[] = []
  const deadline = performance.now() + 2_000 * seconds
  while (taken.length < VERSIONS && (taken.length < 3 || performance.now() < deadline)) {
    taken.push(await read(long.version - Math.floor(Math.random() * ops)))
  }
  control.close()
  const percentiles = Histogram.of(taken).percentiles()!
  return { middleVersionMs, anyVersionP50Ms: percentiles.p50, anyVersionP95Ms: percentiles.p95 }
}

async function checkHead(running: RunningSystem, letter: Letter): Promise<void> {
  const { version, length } = await running.head(letter)
  if (length === letter.length && (version === null || version === letter.version)) return
  throw new LossError(
    `The letter should be at version ${letter.version} with length ${letter.length}, and is at ${version} with ${length}.`,
  )
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}
