/** What happens when, to whom, and for how long: all of it follows from one seed. */

import { Random } from '../../test/harness/random.ts'
import { FAULT_NAMES, FAULTS, type FaultKind, type FaultName } from './faults.ts'
import type { Routing } from './network/balancer-orders.ts'

export const NODES = 3
export const CLIENTS = 8

export interface Fault {
  readonly name: FaultName
  /** From the beginning of the schedule, ms. */
  readonly at: number
  readonly forMs: number
  /** Which of the nodes, clients or letters; 0 where there is one only. */
  readonly target: number
  /** Of whatever it draws for itself. */
  readonly seed: number
}

/** Somebody who writes with no line: from one moment to another. */
export interface Absence {
  readonly client: number
  readonly at: number
  readonly forMs: number
}

export interface Schedule {
  readonly seed: number
  readonly lastsMs: number
  readonly routing: Routing
  readonly letters: number
  /** Edits a second of each client. */
  readonly perSecond: number
  /** In the order in which they begin. */
  readonly faults: readonly Fault[]
  readonly absences: readonly Absence[]
}

const LASTS_MS = [4_500, 6_000] as const
const FAULTS_OF_ONE = [4, 9] as const
/** Of the time of all clients. */
const SHARE_OFFLINE = 0.2
const PACES = [4, 8, 8, 12, 25] as const

export function drawSchedule(seed: number): Schedule {
  const random = new Random(seed)
  const lastsMs = between(random, LASTS_MS)
  const routing = random.chance(0.6) ? 'random' : 'document'
  const letters = random.pick([1, 2, 2, 3])
  const perSecond = random.pick(PACES)
  const faults: Fault[] = []
  for (let n = between(random, FAULTS_OF_ONE); n > 0; n--) {
    const fault = drawFault(random, lastsMs, letters)
    if (!faults.some((other) => collide(fault, other))) faults.push(fault)
  }
  return {
    ...{ seed, lastsMs, routing, letters, perSecond },
    faults: faults.sort((a, b) => a.at - b.at),
    absences: drawAbsences(random, lastsMs),
  }
}

function drawFault(random: Random, lastsMs: number, letters: number): Fault {
  const name = drawName(random)
  const kind: FaultKind = FAULTS[name]
  const forMs = kind.lasts === null ? 0 : between(random, kind.lasts)
  const choices = { node: NODES, client: CLIENTS, letter: letters, postgres: 1, redis: 1, balancer: 1 }
  return {
    ...{ name, forMs },
    // It begins while people write, and not before they do.
    at: 200 + random.below(lastsMs - 700),
    target: random.below(choices[kind.target]),
    seed: random.below(2 ** 31),
  }
}

function drawName(random: Random): FaultName {
  const total = FAULT_NAMES.reduce((sum, name) => sum + FAULTS[name].weight, 0)
  let left = random.next() * total
  return FAULT_NAMES.find((name) => {
    left -= FAULTS[name].weight
    return left < 0
  })!
}

/** Longest time that what holds a process takes to let go of it: a node that drains beside a slow database. */
const LETS_GO_MS = 1_500

function collide(a: Fault, b: Fault): boolean {
  const [one, other]: FaultKind[] = [FAULTS[a.name], FAULTS[b.name]]
  if (!one!.holds || !other!.holds || one!.target !== other!.target || a.target !== b.target) return false
  return a.at < b.at + b.forMs + LETS_GO_MS && b.at < a.at + a.forMs + LETS_GO_MS
}

function drawAbsences(random: Random, lastsMs: number): Absence[] {
  const absences: Absence[] = []
  for (let left = SHARE_OFFLINE * CLIENTS * lastsMs; left > 0 && absences.length < CLIENTS; ) {
    const client = random.below(CLIENTS)
    // Some are away all the time.
    const forMs = random.chance(0.2) ? lastsMs : between(random, [500, 3_000])
    const at = forMs === lastsMs ? 0 : random.below(lastsMs)
    if (absences.some((other) => other.client === client)) continue
    absences.push({ client, at, forMs: Math.min(forMs, lastsMs - at) })
    left -= forMs
  }
  return absences.sort((a, b) => a.at - b.at)
}

function between(random: Random, [least, most]: readonly [number, number]): number {
  return least + random.below(most - least + 1)
}
