/** People who type, at one pace: the common course of W1 to W4. */

import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { beginCosts, type Costs } from '../costs.ts'
import type { Figures } from '../figures.ts'
import { Generators, type LoadWindow } from '../load/generators.ts'
import type { Letter, Pace, Seat } from '../load/orders.ts'
import type { Content, RunningSystem, System } from '../systems/system.ts'
import { LossError, type Measured, type Setting } from './workload.ts'

export interface Typing {
  readonly editors: number
  readonly letters: number
  readonly pace: Pace
  readonly content?: Content
}

/** Whoever takes more of a core than this has no time to lose. */
const BUSY = 0.9
/** In cores: less idle than this is nothing left. */
const NOTHING_LEFT = 0.1
const MIB = 1024 * 1024

export async function measureTyping(typing: Typing, setting: Setting): Promise<Measured> {
  const { stage, system } = setting
  const running = await system.start(stage)
  const generators = stage.keep(new Generators(setting.generators))
  try {
    const letters = await running.letters(typing.letters, typing.content)
    await sitDown(generators, running, letters, typing.editors)
    const { window, costs, probe } = await observe(generators, running, typing.pace, setting.seconds)
    await checkNothingLost(generators, running, letters, system)
    return {
      figures: {
        ...latencies(window),
        ...costFigures(window, costs),
        ...{ seconds: window.seconds, ops: window.ops, opsPerSecond: window.ops / window.seconds },
        ...(typing.pace.kind === 'open' ? { behind: window.behind } : {}),
        ...{ retries: probe.retries, loopDelayP99Ms: probe.loopDelayP99Ms, rssMiB: probe.rssBytes / MIB },
      },
      notes: limits(window, costs),
    }
  } finally {
    await stage.end(generators)
    await running.close()
  }
}

/** Everybody who edits one letter sits in one process where there are several letters, so that latencies can be told. */
async function sitDown(
  generators: Generators,
  running: RunningSystem,
  letters: readonly Letter[],
  editors: number,
): Promise<void> {
  const seats: Seat[] = Array.from({ length: editors }, (_, index) => ({
    letter: letters[index % letters.length]!,
    token: running.token(index),
  }))
  const togetherBy = letters.length === 1 ? undefined : (index: number) => index % letters.length
  await generators.open(running.target, seats, togetherBy === undefined ? {} : { togetherBy })
}

async function observe(generators: Generators, running: RunningSystem, pace: Pace, seconds: number) {
  const { server, database } = running
  await database?.checkpoint()
  // Until everything is compiled and every page has been touched: at full speed, or it would take a minute.
  const warming = Math.min(3_000, Math.max(500, seconds * 250))
  await generators.type({ kind: 'closed' })
  await pause(warming)
  await generators.type(pace)
  if (pace.kind === 'open') await pause(warming)
  await server.mark()
  const endCosts = await beginCosts(running)
  await generators.mark()
  await pause(seconds * 1_000)
  const window = await generators.stop()
  const costs = await endCosts()
  return { window, costs, probe: await server.read() }
}

/**
 * Every acknowledged op is in its letter, once: the version says so where there is one, the length always, because each op
 * inserts one character. And everybody has received all of them.
 */
async function checkNothingLost(
  generators: Generators,
  running: RunningSystem,
  letters: readonly Letter[],
  system: System,
): Promise<void> {
  const { acknowledged, outOfOrder } = await generators.drain()
  const heads: Record<string, number> = {}
  for (const letter of letters) {
    const ops = acknowledged.get(letter.id) ?? 0
    const expected = { version: letter.version + ops, length: letter.length + ops }
    const { version, length } = await running.head(letter)
    if (length !== expected.length || (version !== null && version !== expected.version)) {
      throw new LossError(
        `${system.title} acknowledged ${ops} ops: the letter should be at version ${expected.version} with length ${expected.length}, and is at ${version ?? 'no version'} with ${length}.`,
      )
    }
    heads[letter.id] = expected.version
  }
  await generators.level(heads)
  if (system.name === 'copperplate' && outOfOrder > 0) {
    throw new LossError(`${system.title} sent ${outOfOrder} ops out of their order.`)
  }
}

function latencies({ ack, propagation }: LoadWindow): Figures {
  return {
    ...{ ackP50Ms: ack?.p50 ?? null, ackP95Ms: ack?.p95 ?? null, ackP99Ms: ack?.p99 ?? null },
    propagationP50Ms: propagation?.p50 ?? null,
    propagationP95Ms: propagation?.p95 ?? null,
    propagationP99Ms: propagation?.p99 ?? null,
  }
}

function costFigures({ ops, deliveries, cpuShares }: LoadWindow, costs: Costs): Figures {
  const each = (total: number | null, count: number) => (total === null || count === 0 ? null : total / count)
  const { seconds, serverMs, postgresMs, walBytes, serverCpuShare, machineIdle } = costs
  const generators = cpuShares.reduce((sum, share) => sum + share, 0)
  const ours = (serverCpuShare ?? 0) + generators + (postgresMs ?? 0) / 1_000 / seconds
  return {
    cpuPerOpUs: each(serverMs === null ? null : serverMs * 1_000, ops),
    cpuPerDeliveryUs: each(serverMs === null ? null : serverMs * 1_000, deliveries),
    serverCpuShare,
    postgresCpuPerOpUs: each(postgresMs === null ? null : postgresMs * 1_000, ops),
    walBytesPerOp: each(walBytes, ops),
    generatorCpuShare: generators / cpuShares.length,
    machineIdleShare: machineIdle,
    othersCpuShare: machineIdle === null ? null : Math.max(0, cpus().length - machineIdle - ours),
  }
}

/** Who kept the figures from being better, when it was not the server. */
function limits({ cpuShares }: LoadWindow, { serverCpuShare, machineIdle }: Costs): string[] {
  if (serverCpuShare === null || machineIdle === null || serverCpuShare >= BUSY) return []
  if (Math.min(...cpuShares) >= BUSY) return ['the generators were the limit']
  return machineIdle < NOTHING_LEFT ? ['no core was idle, and the server had less than one'] : []
}
