/**
 * The bed: three nodes, a Postgres, a Redis, a balancer and eight clients, real processes all of them, with a network of
 * our own on every line between them. Started once and used for one schedule after the other.
 */

import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { until } from '../../test/harness/deadline.ts'
import { freePort } from '../../test/harness/free-port.ts'
import { Guard } from '../../test/harness/guard.ts'
import { PostgresCluster } from '../../test/harness/postgres-cluster.ts'
import { RedisServer } from '../../test/harness/redis-server.ts'
import { scratchFolder } from '../../test/harness/scratch.ts'
import { memberToken, TEST_SECRET } from '../../test/harness/tokens.ts'
import type { ClientOrders } from './client/orders.ts'
import type { BalancerOrders } from './network/balancer-orders.ts'
import type { NetworkOrders } from './network/network-orders.ts'
import { BedNode } from './node.ts'
import { Program } from './program.ts'
import { CLIENTS, NODES } from './schedule.ts'

const NETWORK = new URL('./network/network.ts', import.meta.url)
const BALANCER = new URL('./network/balancer.ts', import.meta.url)
const CLIENT = new URL('./client/client.ts', import.meta.url)
const READY_MS = 30_000

export interface Person {
  readonly id: string
  readonly token: string
}

export interface Client {
  readonly kind: 'stock' | 'own'
  readonly person: Person
  /** Where it finds the service. */
  readonly url: string
  program: Program<ClientOrders>
}

export class Bed {
  /** For ledgers. */
  readonly folder: string
  readonly firm: string = randomUUID()
  readonly nodes: BedNode[] = []
  readonly clients: Client[] = []
  postgres!: PostgresCluster // and the next five by start()
  redis!: RedisServer
  network!: Program<NetworkOrders>
  balancer!: Program<BalancerOrders>
  /** Of the balancer, without a faulty line in between. */
  url!: string
  db!: pg.Pool
  readonly #guard = new Guard()
  readonly #hasTestFolder = process.env.TEST_FOLDER !== undefined

  constructor() {
    if (!this.#hasTestFolder) {
      const folder = mkdtempSync(join(tmpdir(), 'copperplate-torture-'))
      // A Postgres started by root runs as another user and must be able to pass.
      chmodSync(folder, 0o711)
      this.#guard.folder(folder)
      process.env.TEST_FOLDER = folder
    }
    this.folder = scratchFolder('torture')
  }

  /** @param clients  how many; @param preload  URL of what is loaded into each node besides */
  async start({ clients = CLIENTS, preload }: { clients?: number; preload?: string } = {}): Promise<void> {
    this.network = this.#hire(new Program('the network', NETWORK))
    this.balancer = this.#hire(new Program('the balancer', BALANCER))
    for (let n = 0; n < clients; n++) {
      const kind = n % 2 === 0 ? 'stock' : 'own'
      this.clients.push({ kind, person: this.person(), url: '', program: this.#startClient(kind) })
    }
    ;[this.postgres, this.redis] = await Promise.all([
      PostgresCluster.create({ detached: true }),
      RedisServer.create({ detached: true }),
    ])
    this.#guard.process(this.postgres.pid!, 'SIGQUIT')
    this.#guard.process(this.redis.pid!, 'SIGKILL')
    this.db = new pg.Pool({ connectionString: this.postgres.url, max: 4 })
    this.db.on('error', () => undefined) // the bed restarts Postgres itself
    for (let n = 0; n < NODES; n++) this.nodes.push(await this.#layNode(n, preload))
    // The first one makes the tables.
    for (const node of this.nodes) await node.start()
    const nodes = await Promise.all(this.nodes.map(({ port }, n) => this.#lay(`node ${n}`, port)))
    const { port } = await this.balancer.order('start', { nodes })
    this.url = `http://127.0.0.1:${port}`
    for (const [n, client] of this.clients.entries()) {
      this.clients[n] = { ...client, url: `http://127.0.0.1:${await this.#lay(`client ${n}`, port)}` }
    }
    await this.isWhole()
  }

  /** Resolves when the balancer has all nodes to choose from. */
  async isWhole(): Promise<void> {
    const ready = async () => (await this.balancer.order('ready', null)).nodes.length === NODES
    await until('all nodes to be ready', ready, { ms: READY_MS })
  }

  /** Somebody of the firm whose letters these are, unless told otherwise. */
  person(firm = this.firm): Person {
    const id = randomUUID()
    return { id, token: memberToken({ sub: id, firm, expiresIn: 24 * 3_600 }) }
  }

  /** A new letter. @returns its id */
  async letter(author: Person): Promise<string> {
    const answer = await fetch(`${this.url}/v1/docs`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${author.token}`,
        'content-type': 'application/json',
        connection: 'close',
      },
      body: JSON.stringify({ title: 'A letter', type: 'letter' }),
    })
    if (answer.status !== 201) throw new Error(`POST /v1/docs: ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { id: string }).id
  }

  #startClient(kind: Client['kind']): Program<ClientOrders> {
    return this.#hire(new Program(`a ${kind} client`, CLIENT, [kind]))
  }

  /** To be ended with the bed, however that ends. */
  #hire<P extends { readonly pid: number }>(program: P): P {
    this.#guard.process(program.pid, 'SIGKILL')
    return program
  }

  /** Kills a client. Its successor is there and does nothing yet. */
  async replaceClient(client: Client): Promise<void> {
    this.#guard.forget(client.program.pid)
    await client.program.kill()
    client.program = this.#startClient(client.kind)
  }

  /** In immediate mode: nothing more is written, and the next start is a crash recovery. */
  async restartPostgres(): Promise<void> {
    this.#guard.forget(this.postgres.pid!)
    await this.postgres.stop('immediate')
    await this.postgres.start()
    this.#guard.process(this.postgres.pid!, 'SIGQUIT')
  }

  async restartRedis(afterMs: number): Promise<void> {
    this.#guard.forget(this.redis.pid!)
    await this.redis.stop()
    await pause(afterMs)
    await this.redis.start()
    this.#guard.process(this.redis.pid!, 'SIGKILL')
  }

  /** Safe to repeat, and at any time. */
  async close(): Promise<void> {
    await Promise.allSettled(this.clients.map(({ program }) => program.kill()))
    await Promise.allSettled(this.nodes.map((node) => node.close()))
    await this.db?.end().catch(() => undefined)
    await Promise.allSettled([this.balancer?.kill(), this.network?.kill()])
    await Promise.allSettled([this.postgres?.close(), this.redis?.close()])
    await this.#guard.close()
    if (!this.#hasTestFolder) delete process.env.TEST_FOLDER
  }

  async #layNode(n: number, preload?: string): Promise<BedNode> {
    const database = new URL(this.postgres.url)
    database.port = String(await this.#lay(`postgres ${n}`, this.postgres.port))
    const redis = await this.#lay(`redis ${n}`, this.redis.port)
    const env = {
      DATABASE_URL: database.href,
      REDIS_URL: `redis://127.0.0.1:${redis}`,
      JWT_SECRET: TEST_SECRET,
      ...(preload === undefined ? {} : { NODE_OPTIONS: `--import ${preload}` }),
    }
    return new BedNode(await freePort(), env, this.#guard)
  }

  async #lay(line: string, target: number): Promise<number> {
    return (await this.network.order('lay', { line, target })).port
  }
}
