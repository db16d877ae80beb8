import pg from 'pg'
import type { PostgresCluster } from '../../test/harness/postgres-cluster.ts'
import { cpuMs } from './cpu.ts'

/** One database of the bench's Postgres, and what it costs. */
export class Database {
  readonly url: string
  readonly #drop: () => Promise<void>
  readonly #cluster: PostgresCluster
  #client: pg.Client | null = null

  constructor(url: string, drop: () => Promise<void>, cluster: PostgresCluster) {
    this.url = url
    this.#drop = drop
    this.#cluster = cluster
  }

  async query<T>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = await this.#connect()
    return (await client.query(text, values)).rows as T[] // as the statement says
  }

  /** Bytes of write-ahead log so far, of the whole Postgres: nobody else uses it. */
  async walBytes(): Promise<number> {
    const [row] = await this.query<{ bytes: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as bytes`,
    )
    return Number(row!.bytes)
  }

  async checkpoint(): Promise<void> {
    await this.query('checkpoint')
  }

  async version(): Promise<string> {
    const [row] = await this.query<{ version: string }>(`select current_setting('server_version') as version`)
    // "15.18 (Debian 15.18-0+deb12u1)"
    return row!.version.split(' ', 1)[0]!
  }

  /** Milliseconds of CPU that Postgres took so far, in all its processes; null where the system does not say. */
  cpuMs(): number | null {
    const [server, ...children] = this.#cluster.pids()
    if (server === undefined) return null
    const own = cpuMs(server, { withDeadChildren: true })
    if (own === null) return null
    return children.reduce((sum, pid) => sum + (cpuMs(pid) ?? 0), own)
  }

  async close(): Promise<void> {
    await this.#client?.end()
    this.#client = null
    await this.#drop()
  }

  async #connect(): Promise<pg.Client> {
    if (this.#client !== null) return this.#client
    const client = new pg.Client({ connectionString: this.url })
    // The database may be dropped from under it.
    client.on('error', () => undefined)
    await client.connect()
    this.#client = client
    return client
  }
}
