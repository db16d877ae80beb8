import { CollabError } from '../../ot/errors.ts'
import { CLOSE, HEARTBEAT_MS } from '../../ot/wire.ts'
import type { Principal } from '../../server/auth/principal.ts'
import type { SourceIssuer } from '../../server/auth/source.ts'
import { systemTimer } from '../../server/clock.ts'
import type { Documents } from '../../server/doc/documents.ts'
import type { HeadSweep } from '../../server/doc/head-sweep.ts'
import type { Log } from '../../server/log.ts'
import type { Bus } from '../../server/pubsub/bus.ts'
import { DbError } from '../../server/store/db.ts'
import type { GroupCommit } from '../../server/store/group-commit.ts'
import { type Collab, openCollab } from '../../server/sync/backend.ts'
import { Socket } from '../../server/sync/socket.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Line } from './line.ts'
import { LogLink, logOver } from './log-link.ts'
import type { BusLink, ModelBus } from './model-bus.ts'
import type { ModelDatabase } from './model-database.ts'
import type { Parts } from './parts.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

export const EPOCH = 'the first epoch'

/** What all nodes of a run have in common. */
export interface House {
  readonly time: VirtualTime
  readonly random: Random
  readonly database: ModelDatabase
  readonly bus: ModelBus
  readonly sources: SourceIssuer
  readonly parts: Parts
  /** Longest a statement, or its answer, is on its way while nothing is wrong. */
  readonly databaseMs: number
  /** Told of failures that nobody waited for and that no fault of the run explains. */
  readonly onFault: (error: unknown) => void
}

/** Ends a node that is told to go: so many sockets each so often. */
const RELEASED = 2
const TICK_MS = 100
const MAX_TICKS = 30

/** One life of a node: from its start until it is killed or sent home. */
export class SimNode implements Owner {
  isGone = false
  isDraining = false
  readonly name: string
  readonly link: LogLink
  readonly bus: BusLink
  readonly documents: Documents
  readonly lines = new Set<Line>()
  readonly #house: House
  readonly #committer: GroupCommit
  readonly #sweep: HeadSweep | null
  readonly #collab: Collab
  readonly #sockets = new Map<Line, Socket>()

  /** @param skewMs  what its clock is off by */
  constructor(name: string, house: House, skewMs: number) {
    const { time, random, database, parts } = house
    this.name = name
    this.#house = house
    this.link = new LogLink(time, random, this, house.databaseMs)
    this.link.onKill = () => this.kill()
    this.bus = house.bus.link(this)
    const log = parts.log(logOver(database, this.link.carry))
    const bus: Bus = {
      publish: (channel, message) => {
        this.bus.publish(channel, message)
        this.link.published()
      },
      subscribe: (channel, listener) => this.bus.subscribe(channel, listener),
      onBack: (listener) => this.bus.onBack(listener),
      close: () => this.bus.close(),
    }
    const onError = (error: unknown) => this.#failed(error)
    this.#committer = parts.committer(log)
    const clock = { now: () => time.now() + skewMs }
    const { typeOf } = parts
    const { documents, sweep, collab } = time.as(this, () => {
      const documents = parts.documents({
        ...{ log, committer: this.#committer, clock, typeOf, bus, onError },
        onRewound: () => house.onFault(new Error(`${name} believes the database was taken back`)),
      })
      const sweep = parts.sweep({
        ...{ log, bus, timer: systemTimer, residents: () => documents.residents() },
        onAway: onError,
        onStuck: onError,
        onRewound: () => house.onFault(new Error(`${name} believes the database was taken back`)),
      })
      setInterval(() => {
        for (const socket of this.#sockets.values()) socket.ping()
      }, HEARTBEAT_MS)
      return { documents, sweep, collab: openCollab(documents, this.#log()) }
    })
    this.documents = documents
    this.#sweep = sweep
    this.#collab = collab
  }

  /** Somebody comes to the door, for a letter: as server/sync/door.ts does it, without HTTP. */
  async admit(line: Line, letter: string, principal: Principal): Promise<void> {
    if (this.isDraining) return line.refuse()
    this.lines.add(line)
    try {
      await this.link.carry('number', () => null) // who asks, and for which letter, is read from the database
    } catch {
      return line.refuse(CLOSE.tryAgain)
    }
    if (!line.isOpening) return
    if (this.isDraining) return line.refuse(CLOSE.restart)
    const { sources } = this.#house
    const key = { collection: 'letters', id: letter }
    const end = line.accept(this)
    const opened = { key, principal, source: sources.issue(principal.member), epoch: EPOCH }
    const socket = new Socket(end.ws, end.raw, opened)
    this.#sockets.set(line, socket)
    socket.once('close', () => {
      this.lines.delete(line)
      this.#sockets.delete(line)
    })
    const provenance = (source: string) => sources.provenance(source, principal.member)
    this.#collab.welcome(socket, { key, mayEdit: true, mayReadHistory: true, provenance, epoch: EPOCH })
  }

  /** kill -9. */
  kill(): void {
    if (this.isGone) return
    this.isGone = true
    for (const line of this.lines) line.cut()
    void this.bus.close()
  }

  /** SIGTERM: as server/app.ts does it. */
  async drain(): Promise<void> {
    this.isDraining = true
    const waiting = [...this.#sockets.values()]
    for (let tick = 0; this.#sockets.size > 0 && tick < MAX_TICKS; tick++) {
      for (const socket of waiting.splice(0, RELEASED)) socket.close(CLOSE.restart, 'restart')
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
    for (const socket of this.#sockets.values()) socket.terminate()
    await this.#committer.close()
    await this.#sweep?.close()
    await this.documents.close()
    this.kill()
  }

  #failed(error: unknown): void {
    // The faults of a run are the database's, and documents say so.
    const isForeseen =
      error instanceof DbError || (error instanceof CollabError && error.code !== 'document/log-broken')
    if (!isForeseen) this.#house.onFault(error)
  }

  #log(): Log {
    const error = (what: { err?: unknown }) => this.#failed(what.err ?? new Error(JSON.stringify(what)))
    return { info() {}, warn() {}, error } as unknown as Log // all that openCollab says
  }
}
