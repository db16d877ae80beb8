/** One schedule, from fresh letters to the verdict. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bed } from './bed.ts'
import { check } from './check/checker.ts'
import type { Evidence, Excuse, Violation } from './check/evidence.ts'
import { type Ledger, readLedger } from './check/ledger.ts'
import { type Absent, type Inflicted, type Recoveries, recoveriesOf } from './check/recovery.ts'
import type { Opening } from './client/orders.ts'
import { FAULTS, type FaultName } from './faults.ts'
import { gatherLetters, memoryOf, waitUntilLevel } from './gather.ts'
import { inflict, type Stage } from './inflict.ts'
import type { Fault, Schedule } from './schedule.ts'

export interface Outcome {
  readonly seed: number
  /** Edits made by clients. */
  readonly ops: number
  /** Ops that were acknowledged: fewer, because what waits together leaves together. */
  readonly acknowledged: number
  readonly faults: readonly FaultName[]
  /** From the end of the last fault to the moment everybody had everything; null when that never came. */
  readonly healMs: number | null
  readonly tookMs: number
  readonly recoveries: Recoveries
  readonly violations: readonly Violation[]
  /** Where ledgers, logs and the evidence are. */
  readonly folder: string
}

/** Those whose end the clients of a node can tell by a closed socket, and those that are nobody's excuse: Redis. */
const NO_EXCUSE: ReadonlySet<string> = new Set<FaultName>([
  ...(['node killed', 'node drained', 'node with another clock', 'node cut off from its clients'] as const),
  ...(['Redis restarted', 'Redis paused', 'Redis unreachable', 'subscriptions of Redis ended'] as const),
  ...(['messages doubled and shuffled', 'clients rerouted', 'client killed', 'client flaps'] as const),
  ...(['poisoned ops', 'hole in a log'] as const),
])

export class ScheduleRun {
  readonly #bed: Bed
  readonly #schedule: Schedule
  readonly #folder: string
  #letters: string[] = []
  readonly #openings: Opening[] = []
  /** By the number of the writer. Of clients that were killed too: their ledgers stay. */
  readonly #ledgers: { client: string; member: string; wasKilled: boolean; path: string }[] = []
  readonly #inflicted: (Inflicted & Fault)[] = []
  readonly #absent: Absent[] = []
  readonly #complaints: string[] = []
  #opsOfKilled = 0
  #writers = 0
  #isOver = false

  constructor(bed: Bed, schedule: Schedule, folder: string) {
    this.#bed = bed
    this.#schedule = schedule
    this.#folder = folder
  }

  async run(): Promise<Outcome> {
    const began = performance.now()
    mkdirSync(this.#folder, { recursive: true })
    await this.#open()
    await this.#play()
    const ended = performance.now()
    await this.#heal()
    const unhealed = await waitUntilLevel(this.#bed, this.#letters)
    const healMs = unhealed.length === 0 ? performance.now() - ended : null
    const evidence = await this.#gather(unhealed)
    const ops = this.#opsOfKilled + (await this.#close())
    return {
      ...{ seed: this.#schedule.seed, ops, healMs, tookMs: performance.now() - began },
      acknowledged: evidence.ledgers.reduce((sum, ledger) => sum + acknowledgedIn(ledger), 0),
      faults: this.#schedule.faults.map(({ name }) => name),
      recoveries: recoveriesOf(evidence.ledgers, this.#inflicted, this.#absent),
      violations: check(evidence),
      folder: this.#folder,
    }
  }

  async #open(): Promise<void> {
    const bed = this.#bed
    const { seed, routing, letters } = this.#schedule
    await bed.balancer.order('route', { by: routing, seed })
    const author = bed.clients[0]!.person
    this.#letters = await Promise.all(Array.from({ length: letters }, () => bed.letter(author)))
    await Promise.all(bed.clients.map((_, n) => this.#openClient(n)))
  }

  async #openClient(n: number): Promise<void> {
    const { kind, person, url, program } = this.#bed.clients[n]!
    const writer = this.#writers++
    const name = `${kind} client ${n}${writer === n ? '' : ` (${writer})`}`
    const ledger = join(this.#folder, `ledger-${n}-${writer}.jsonl`)
    this.#ledgers.push({ client: name, member: person.id, wasKilled: false, path: ledger })
    const device = join(this.#folder, `device-${n}.jsonl`)
    const opening = { url, letters: this.#letters, token: person.token, writer, ledger, device }
    this.#openings[n] = { ...opening, seed: this.#schedule.seed * 31 + writer }
    await program.order('open', this.#openings[n]!)
    if (!this.#isOver) await program.order('write', { perSecond: this.#schedule.perSecond })
  }

  async #play(): Promise<void> {
    const { faults, absences, lastsMs } = this.#schedule
    const stage: Stage = {
      bed: this.#bed,
      letters: this.#letters,
      killClient: (client, forMs) => this.#killClient(client, forMs),
      complain: (what) => void this.#complaints.push(what),
    }
    const away = absences.map(async ({ client, at, forMs }) => {
      await pause(at)
      const from = Date.now()
      await this.#tell(client, 'offline')
      await pause(forMs)
      await this.#tell(client, 'online')
      this.#absent.push({ client: this.#nameOf(client), from, to: Date.now() })
    })
    await Promise.all([pause(lastsMs), ...away, ...faults.map((fault) => this.#inflict(stage, fault))])
  }

  async #inflict(stage: Stage, fault: Fault): Promise<void> {
    await pause(fault.at)
    const from = Date.now()
    await inflict(stage, fault)
    this.#inflicted.push({ ...fault, from, to: Date.now() })
  }

  get #excuses(): Excuse[] {
    return this.#inflicted
      .filter(({ name }) => !NO_EXCUSE.has(name))
      .map(({ name, target, from, to }) => {
        return { client: FAULTS[name].target === 'client' ? this.#nameOf(target) : null, from, to }
      })
  }

  /** As its ledger is called. A client that was killed has another name from then on. */
  #nameOf(client: number): string {
    const { writer } = this.#openings[client]!
    return this.#ledgers[writer]!.client
  }

  /** A client that was killed meanwhile hears nothing, and has no line either. */
  async #tell(client: number, what: 'offline' | 'online'): Promise<void> {
    await this.#bed.clients[client]!.program.order(what, null).catch(() => undefined)
  }

  async #killClient(n: number, forMs: number): Promise<void> {
    const client = this.#bed.clients[n]!
    const { writer } = this.#openings[n]!
    const { ops } = await client.program.order('standing', null)
    this.#opsOfKilled += ops
    this.#ledgers[writer] = { ...this.#ledgers[writer]!, wasKilled: true }
    await this.#bed.replaceClient(client)
    await pause(forMs)
    await this.#openClient(n)
  }

  async #heal(): Promise<void> {
    this.#isOver = true
    const { clients } = this.#bed
    await Promise.all(clients.map(({ program }) => program.order('rest', null)))
    // The lines are whole again, and a browser would say so.
    await Promise.all(clients.map(({ program }) => program.order('online', null)))
  }

  async #gather(unhealed: readonly string[]): Promise<Evidence> {
    const at = Date.now()
    const letters = await gatherLetters(this.#bed, this.#letters)
    const ledgers: Ledger[] = this.#ledgers.map(({ client, member, wasKilled, path }) => {
      return { client, member, wasKilled, entries: readLedger(path) }
    })
    return {
      ...{ at, letters, ledgers, unhealed, complaints: this.#complaints },
      excuses: this.#excuses,
      unscheduledExits: this.#bed.nodes.flatMap((node) => node.unscheduledExits.splice(0)),
      memory: this.#bed.nodes.flatMap(({ pid }) => (pid === null ? [] : [memoryOf(pid)])),
    }
  }

  async #close(): Promise<number> {
    const { clients, nodes } = this.#bed
    const standings = await Promise.all(clients.map(({ program }) => program.order('standing', null)))
    await Promise.all(clients.map(({ program }) => program.order('close', null)))
    for (const node of nodes) {
      if (!node.isSkewed) continue
      await node.kill()
      await node.start()
    }
    await this.#bed.isWhole()
    return standings.reduce((sum, { ops }) => sum + ops, 0)
  }
}

function acknowledgedIn({ entries }: Ledger): number {
  return entries.filter(({ what }) => what === 'acked').length
}
