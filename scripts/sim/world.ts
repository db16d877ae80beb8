import type { LetterDocument } from '../../ot/component.ts'
import { LoggedOp } from '../../ot/logged-op.ts'
import { documentType } from '../../ot/types.ts'
import type { Principal } from '../../server/auth/principal.ts'
import { SourceIssuer } from '../../server/auth/source.ts'
import { applyLogged, NOTHING } from '../../server/doc/step.ts'
import { Random } from '../../test/harness/random.ts'
import { Browser } from './browser.ts'
import { Client } from './client.ts'
import { Ledger } from './ledger.ts'
import type { Line } from './line.ts'
import { ModelBus } from './model-bus.ts'
import { ModelDatabase } from './model-database.ts'
import { EPOCH, type House, SimNode } from './node.ts'
import type { Head, Parts } from './parts.ts'
import { Trace } from './trace.ts'
import { VirtualTime } from './virtual-time.ts'

const NODES = 3
/** What clocks of nodes are off by, at most. */
const SKEW_MS = 10 * 60_000

/** A machine that runs one node after the other. */
export interface Machine {
  readonly skewMs: number
  node: SimNode
}

/** Everything there is in a run, drawn from its seed. While there is one, the process lives in its time. */
export class World {
  readonly random: Random
  readonly trace: Trace
  readonly time: VirtualTime
  readonly database: ModelDatabase
  readonly bus: ModelBus
  readonly ledger = new Ledger()
  readonly letters: readonly string[]
  readonly machines: readonly Machine[]
  readonly clients: Client[] = []
  readonly browsers: Browser[] = []
  /** Those that are about to be gone. */
  readonly closing = new Set<Client>()
  /** Failures of nodes that no fault of the run explains. */
  readonly faults: unknown[] = []
  readonly house: House
  /** True when a client may land on any node. */
  readonly isRouteRandom: boolean
  /** Ops that clients have sent more than once. */
  resends = 0
  /** Nothing goes wrong any more. */
  isHealed = false
  readonly #restore: () => void
  #lives = 0

  constructor(seed: number, parts: Parts, isTraced: boolean) {
    this.random = new Random(seed)
    this.trace = new Trace(isTraced)
    this.time = new VirtualTime(this.random, this.trace)
    this.#restore = this.time.install()
    this.database = new ModelDatabase(() => this.time.now())
    this.bus = new ModelBus(this.time, this.random)
    parts.database(this.database)
    this.house = {
      ...{ time: this.time, random: this.random, database: this.database, bus: this.bus, parts },
      sources: new SourceIssuer(this.#bytes(32), EPOCH, (count) => this.#bytes(count)),
      databaseMs: this.random.pick([2, 10, 40, 120]),
      onFault: (error) => void this.faults.push(error),
    }
    this.isRouteRandom = this.random.chance(0.5)
    this.letters = Array.from({ length: this.random.chance(0.8) ? 1 : 2 }, () => this.#uuid())
    this.machines = Array.from({ length: NODES }, () => {
      const skewMs = this.random.chance(0.5) ? 0 : Math.round((this.random.next() * 2 - 1) * SKEW_MS)
      return { skewMs, node: this.#start(skewMs) }
    })
  }

  /** Gives the process its own time back. To be called once, whatever happened. */
  close(): void {
    this.time.finish()
    this.#restore()
  }

  /** A member of the firm whom nobody has seen before. */
  newMember(): Principal {
    return { member: this.#uuid(), firm: 'a firm', name: 'Somebody', admin: false, expiresAt: null }
  }

  addClient(isOwn: boolean): void {
    const { time, random, trace, ledger } = this
    const letter = random.pick(this.letters)
    const name = `${isOwn ? 'own' : 'stock'} ${this.clients.length + 1}`
    const route = () => this.route(letter)
    const principal = this.newMember()
    const onResend = () => void this.resends++
    const { parts } = this.house
    const browser = new Browser(time, random, (store) => parts.device(store, (id) => this.head(id)))
    this.browsers.push(browser)
    this.clients.push(
      new Client({
        name,
        isOwn,
        letter,
        principal,
        time,
        random,
        trace,
        ledger,
        route,
        onResend,
        browser,
        says: parts.says,
      }),
    )
  }

  /** Kills a client's tab, and opens the letter in another one; nothing when it is gone already. */
  reopen(client: Client): void {
    const index = this.clients.indexOf(client)
    if (index === -1) return
    client.kill()
    this.clients[index] = client.again(`${client.name}'`)
  }

  /** Closes a client's tab, and opens the letter in another one meanwhile. */
  async closeTab(client: Client): Promise<void> {
    const index = this.clients.indexOf(client)
    if (index === -1) return
    this.clients[index] = client.again(`${client.name}'`)
    this.closing.add(client)
    await client.close()
    this.closing.delete(client)
  }

  /** Where the balancer sends a client of a letter: by the letter, as long as that node takes anybody. */
  route(letter: string): SimNode | null {
    const ready = this.machines.map(({ node }) => node).filter((node) => !node.isGone && !node.isDraining)
    if (ready.length === 0) return null
    if (this.isRouteRandom || this.random.chance(0.1)) return this.random.pick(ready)
    return ready[letter.charCodeAt(0) % ready.length]!
  }

  /** A letter as the database has it. */
  head(letter: string): Head {
    const { ops } = this.database.document(this.database.number('letters', letter)!)!
    let at = NOTHING
    for (const row of ops) at = applyLogged(at, new LoggedOp(row!), documentType)
    return { version: at.version, letter: (at.data as LetterDocument).ops }
  }

  nodeOf(line: Line): SimNode | null {
    return this.machines.find(({ node }) => node.lines.has(line))?.node ?? null
  }

  /** Starts a machine's node anew, if it has ended or is about to. */
  restart(machine: Machine): void {
    const { node } = machine
    if (node.isGone) machine.node = this.#start(machine.skewMs)
    else if (node.isDraining) this.time.after(200, null, () => this.restart(machine))
  }

  #start(skewMs: number): SimNode {
    return new SimNode(`node ${++this.#lives}`, this.house, skewMs)
  }

  #bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.random.below(256))
  }

  #uuid(): string {
    const hex = Buffer.from(this.#bytes(16)).toString('hex')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
}
