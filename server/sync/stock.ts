import { EventEmitter } from 'node:events'
import PostgresDB from 'sharedb-postgres'
import { isOurFault } from '../../ot/errors.ts'
import { CLOSE } from '../../ot/wire.ts'
import type { LetterDocuments } from '../doc/letters.ts'
import type { DocumentKey, Outcome, Snapshot, Submission } from '../doc/types.ts'
import type { Log } from '../log.ts'
import type { Bus } from '../pubsub/bus.ts'
import { STOCK_SCHEMA } from '../store/stock-tables.ts'
import { type Collab, guard, quietShareDb } from './backend.ts'
import type { Entrant } from './gate.ts'
import { sendAway } from './send-away.ts'
import { SharePubSub } from './share-pubsub.ts'
import { Agent, type AgentBase, type Request, ShareDB, type ShareOp } from './sharedb.ts'
import {
  collabError,
  imposeRules,
  type StockBackend,
  type StockSnapshot,
  type SubmitContext,
} from './stock-rules.ts'
import { StockStream } from './stock-stream.ts'
import { registerTypes } from './types.ts'

/** Transactions at once; each op takes two, one after the other. */
const MAX_CONNECTIONS = 10
const STATEMENT_TIMEOUT_MS = 5_000
/** Ops that start over queue for connections: under load that takes seconds, and is no fault. */
const CONNECTION_TIMEOUT_MS = 20_000
/** Each round, one of the ops that meet gets through: of so many editors at once, the last one. */
const MAX_SUBMIT_RETRIES = 500
/** Messages that wait for a slow socket before it is closed. */
const MAX_WAITING = 10_000

export interface StockParts {
  readonly databaseUrl: string
  /** Between nodes; null when this is the only one. */
  readonly bus: Bus | null
  readonly log: Log
}

/** ShareDB as it is published, behind our door. */
export interface Stock extends Collab {
  readonly documents: LetterDocuments
  close(): Promise<void>
}

/** The rest of a stock backend that is used here. */
interface Backend extends StockBackend, EventEmitter {
  readonly pubsub: EventEmitter
  readonly milestoneDb: EventEmitter
  submit(
    agent: AgentBase,
    collection: string,
    id: string,
    op: ShareOp,
    options: null,
    callback: (error: unknown, ops: unknown, request: SubmitContext) => void,
  ): void
  fetch(
    agent: AgentBase,
    collection: string,
    id: string,
    callback: (error: unknown, snapshot: StockSnapshot) => void,
  ): void
}

/**
 * ShareDB with the stock adapter sharedb-postgres, for measuring beside our own log and for those who come from it: its
 * agents, its submit requests, its streams and (on one node) its pub/sub.
 *
 * Around it stand our door, our gate, and the rules of documents, so that letters are the same letters and nobody can
 * end the process from outside. What it costs is its own: a submission reads and writes the whole letter, ops that meet
 * start over, every delivery is serialised and written by itself. So is what it does not promise: an op is recognised as
 * resent only among those since its base, between nodes a message that is lost is not missed until the next, and a
 * client that has been away gets all it missed at once, however much that is.
 *
 * The tables must be there: see store/stock-tables.ts.
 */
export function openStock({ databaseUrl, bus, log }: StockParts): Stock {
  registerTypes()
  quietShareDb(log)
  const db = new PostgresDB(poolOptions(databaseUrl))
  // A connection that breaks while idle would end the process; so would an error of these two without a listener.
  db._pool.on('error', (error) => log.warn({ err: error }, 'a database connection broke'))
  const backend = new ShareDB({
    db,
    ...(bus === null ? {} : { pubsub: new SharePubSub(bus) }),
    maxSubmitRetries: MAX_SUBMIT_RETRIES,
    doNotForwardSendPresenceErrorsToClient: true,
  }) as unknown as Backend // ShareBackend names what our own backend uses of it
  for (const emitter of [backend, backend.pubsub, backend.milestoneDb]) {
    emitter.on('error', (error) => log.error({ err: error }, 'ShareDB'))
  }

  const entrants = new WeakMap<object, Entrant>()
  guard(backend, (agent) => entrants.get(agent))
  imposeRules(backend)
  const house = new Agent(backend, new Silence())

  return {
    welcome(socket, entrant) {
      const agent = new StockAgent(backend, new StockStream(socket), log)
      entrants.set(agent, entrant)
      agent._open()
    },
    documents: {
      submit: (key, submission) => submit(backend, house, key, submission),
      read: (key) => read(backend, house, key),
    },
    close: () =>
      new Promise((resolve, reject) => backend.close((error) => (error ? reject(error) : resolve()))),
  }
}

/**
 * A stock agent, but for two things: the source it hands out is issued (rule S5), and what it answers when something
 * fails is one of our codes. A fault of ours closes the socket, because any error makes a stock client throw away what
 * it has not sent yet (rule S8).
 */
class StockAgent extends Agent {
  readonly #log: Log
  readonly #client: StockStream

  constructor(backend: Backend, client: StockStream, log: Log) {
    super(backend, client)
    this.#client = client
    this.#log = log
  }

  /** ShareDB would invent a source here. Called first by the constructor above us. */
  override _initMessage(action: string): object {
    const { source, epoch } = (this.stream as StockStream).socket
    this.clientId = source
    return { ...super._initMessage(action), epoch }
  }

  override send(message: object): void {
    // The stream holds back what the socket does not take, and never says stop.
    const waiting = (this.stream as StockStream).writableLength
    if (waiting > MAX_WAITING) return this.#client.close(CLOSE.tooSlow, 'reads too slowly')
    super.send(message)
  }

  override _reply(request: Request, error: unknown, message?: Record<string, unknown>): void {
    if (!error) return super._reply(request, null, message)
    const refusal = collabError(error)
    if (sendAway(this.#client, refusal)) return
    if (isOurFault(refusal)) {
      const { key, principal } = this.#client.socket
      this.#log.error({ err: error, document: key.id, member: principal.member }, 'a message failed')
      return this.#client.close(CLOSE.tryAgain, 'try again')
    }
    const { a, c, d, b, id, src, seq, v } = request
    this.send({ a, c, d, b, id, src, seq, v, error: { code: refusal.code, message: refusal.message } })
  }
}

/** Where an agent that nobody listens to speaks. */
class Silence extends EventEmitter {
  readonly isServer = true

  write(): boolean {
    return true
  }

  end(): void {}
}

function submit(
  backend: Backend,
  house: AgentBase,
  { collection, id }: DocumentKey,
  { change, base, source, seq }: Submission,
): Promise<Outcome> {
  // It goes on to change what it is given.
  const op = {
    ...structuredClone(change),
    src: source,
    seq,
    ...(base === null ? {} : { v: base }),
  } as ShareOp
  return new Promise((resolve, reject) => {
    backend.submit(house, collection, id, op, null, (error, _ops, request) => {
      const version = op.v + 1
      const { code } = (error ?? {}) as { code?: unknown }
      if (code === 'ERR_OP_ALREADY_SUBMITTED') return resolve({ kind: 'duplicate', version })
      if (error) return reject(collabError(error))
      resolve({ kind: 'committed', version, fixup: request._fixupOps[0]?.op ?? null })
    })
  })
}

function read(backend: Backend, house: AgentBase, { collection, id }: DocumentKey): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    backend.fetch(house, collection, id, (error, snapshot) => {
      if (error) return reject(collabError(error))
      const { v, type, data } = snapshot
      resolve({ version: v, type, data })
    })
  })
}

/** The adapter names its tables without a schema. Options in a url win over others, so they are taken out of it. */
function poolOptions(databaseUrl: string): ConstructorParameters<typeof PostgresDB>[0] {
  const url = new URL(databaseUrl)
  const given = url.searchParams.get('options')
  url.searchParams.delete('options')
  return {
    connectionString: url.href,
    options: [
      ...(given === null ? [] : [given]),
      `-c search_path=${STOCK_SCHEMA}`,
      `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    ].join(' '),
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'copperplate',
  }
}
