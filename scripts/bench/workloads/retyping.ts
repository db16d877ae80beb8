/** W7: what real people once typed is typed again, each edit as soon as the one before is acknowledged. */

import type { TraceName } from '../../../test/harness/traces.ts'
import { beginCosts } from '../costs.ts'
import type { Letter, Seat, Target } from '../load/orders.ts'
import { type Retyper, SharedbRetyper, type WireEdit, YjsRetyper } from '../load/retyper.ts'
import { Tally } from '../load/tally.ts'
import type { RunningSystem } from '../systems/system.ts'
import { type Recorded, recorded } from './recorded.ts'
import { LossError, type Measured, type Setting, type Workload, type WorkloadId } from './workload.ts'

/** Windows' worth of time that one replay may take. */
const WINDOWS = 3
/** Edits before the window, until everything is compiled. */
const WARM_EDITS = 500
const WARM_MS = 3_000
const MIB = 1024 * 1024

function retyping(id: WorkloadId, title: string, trace: TraceName, people: number): Workload {
  return {
    id,
    title,
    peers: ['postgres', 'memory', 'hocuspocus'],
    measure: (setting) => measureRetyping(setting, trace, people),
  }
}

export const RETYPING: readonly Workload[] = [
  retyping('W7a', 'the recording “sveltecomponent”, by one client', 'sveltecomponent', 1),
  retyping('W7b', 'the recording “friendsforever”, by two clients', 'friendsforever', 2),
]

async function measureRetyping(setting: Setting, trace: TraceName, people: number): Promise<Measured> {
  const { stage, system, isRehearsal, seconds } = setting
  const recording = await recorded(trace, system.protocol)
  const running = await system.start(stage)
  try {
    const [letter] = await running.letters(1)
    const seats = Array.from({ length: people }, (_, index) => ({
      letter: letter!,
      token: running.token(index),
    }))
    const crew = await Crew.sitDown(running.target, seats)
    const ms = 1_000 * seconds * (isRehearsal ? 1 : WINDOWS)
    const { done, figures } = await observe(running, crew, recording.edits, ms)
    crew.close()
    await checkText(running, letter!, recording, done)
    const all = recording.edits.length
    return { figures, notes: done < all ? [`got through ${done} of ${all} edits`] : [] }
  } finally {
    await running.close()
  }
}

async function observe(running: RunningSystem, crew: Crew, edits: readonly WireEdit[], ms: number) {
  await running.database?.checkpoint()
  const warm = await crew.retype(edits.slice(0, WARM_EDITS), Math.min(ms, WARM_MS))
  crew.tally.reset()
  await running.server.mark()
  const endCosts = await beginCosts(running)
  const ops = await crew.retype(edits.slice(warm), ms)
  const { seconds, serverMs, serverCpuShare, postgresMs, walBytes } = await endCosts()
  const { retries, loopDelayP99Ms, rssBytes } = await running.server.read()
  const each = (total: number | null) => (total === null ? null : total / ops)
  const ack = crew.tally.ack.percentiles()
  const figures = {
    ...{ ops, seconds, opsPerSecond: ops / seconds, retries, loopDelayP99Ms, rssMiB: rssBytes / MIB },
    ...{ ackP50Ms: ack?.p50 ?? null, ackP95Ms: ack?.p95 ?? null, ackP99Ms: ack?.p99 ?? null },
    ...{ cpuPerOpUs: each(serverMs === null ? null : serverMs * 1_000), serverCpuShare },
    ...{ postgresCpuPerOpUs: each(postgresMs === null ? null : postgresMs * 1_000) },
    walBytesPerOp: each(walBytes),
  }
  return { done: warm + ops, figures }
}

async function checkText(
  running: RunningSystem,
  letter: Letter,
  recording: Recorded,
  done: number,
): Promise<void> {
  const head = await running.head(letter)
  const text = recording.text(done)
  const isRight =
    head.length === letter.length + recording.length(done) && (text === null || head.text === `${text}\n`)
  if (!isRight)
    throw new LossError(`After ${done} recorded edits the letter does not hold the recorded text.`)
}

const RETYPERS = { sharedb: SharedbRetyper, yjs: YjsRetyper } as const

/** The people of a recording. */
class Crew {
  readonly tally: Tally
  readonly #failed: Promise<never>
  readonly #people: readonly (SharedbRetyper | YjsRetyper)[]

  private constructor(target: Target, seats: readonly Seat[]) {
    let fail: (error: Error) => void = () => undefined
    this.#failed = new Promise((_, reject) => {
      fail = reject
    })
    // A fault while nobody waits is found at the end, in the text.
    this.#failed.catch(() => undefined)
    this.tally = new Tally(() => fail(new Error(this.tally.fault!)))
    this.#people = seats.map((seat) => new RETYPERS[target.protocol](seat, target, undefined, this.tally))
  }

  static async sitDown(target: Target, seats: readonly Seat[]): Promise<Crew> {
    const crew = new Crew(target, seats)
    await Promise.race([Promise.all(crew.#people.map((person) => person.opening)), crew.#failed])
    return crew
  }

  /** Retypes for so long. @returns how many of the edits that was enough for */
  retype(edits: readonly WireEdit[], ms: number): Promise<number> {
    return Promise.race([this.#retypeAll(edits, ms), this.#failed])
  }

  close(): void {
    for (const person of this.#people) person.close()
  }

  async #retypeAll(edits: readonly WireEdit[], ms: number): Promise<number> {
    const deadline = performance.now() + ms
    for (const [done, edit] of edits.entries()) {
      if (performance.now() > deadline) return done
      const person: Retyper = this.#people[edit.agent]!
      await person.retype(edit)
    }
    return edits.length
  }
}
