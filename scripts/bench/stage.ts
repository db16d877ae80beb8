/**
 * What the bench starts and must end: one Postgres for everybody, databases, servers, generators, a folder. Whatever
 * ends the bench, also a kill, ends them.
 */

import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Guard } from '../../test/harness/guard.ts'
import { freshDatabase } from '../../test/harness/postgres.ts'
import { PostgresCluster } from '../../test/harness/postgres-cluster.ts'
import { Database } from './database.ts'

/**
 * A checkpoint makes the next write to every page log the whole page: it is done before a window, and must not
 * happen inside one. Everything else is Postgres' default, fsync included.
 */
const SETTINGS = { checkpoint_timeout: '1h', max_wal_size: '16GB' }

interface Closable {
  close(): Promise<void>
}

export class Stage {
  readonly #guard = new Guard()
  readonly #open = new Set<Closable>()
  #cluster: Promise<PostgresCluster> | null = null
  #isClosed = false
  /** Where the servers leave their CPU profiles; null when they do not. */
  readonly #profiles: string | null
  /** What is measured at the moment. */
  cell = ''

  constructor(profiles: string | null) {
    this.#profiles = profiles === null ? null : resolve(profiles)
    const folder = mkdtempSync(join(tmpdir(), 'copperplate-bench-'))
    // A Postgres started by root runs as another user and must be able to pass.
    chmodSync(folder, 0o711)
    this.#guard.folder(folder)
    process.env.TEST_FOLDER = folder
  }

  /** What Node is given before a server's program. */
  nodeOptions(): string[] {
    if (this.#profiles === null) return []
    const name = `${this.cell}-${Date.now()}.cpuprofile`
    return ['--cpu-prof', `--cpu-prof-dir=${this.#profiles}`, `--cpu-prof-name=${name}`]
  }

  /** A new, empty database. */
  async database(): Promise<Database> {
    const cluster = await this.postgres()
    process.env.TEST_DATABASE_URL = cluster.url
    const { url, drop } = await freshDatabase()
    return this.keep(new Database(url, drop, cluster))
  }

  postgres(): Promise<PostgresCluster> {
    this.#cluster ??= this.#startPostgres()
    return this.#cluster
  }

  /** To be closed with the stage, unless it was before. */
  keep<T extends Closable>(thing: T): T {
    if (this.#isClosed) {
      void thing.close()
      throw new Error('The bench is over.')
    }
    this.#open.add(thing)
    return thing
  }

  async end(thing: Closable): Promise<void> {
    await thing.close()
    this.#open.delete(thing)
  }

  /** Safe to repeat. */
  async close(): Promise<void> {
    this.#isClosed = true
    const open = [...this.#open].reverse()
    this.#open.clear()
    await Promise.allSettled(open.map((thing) => thing.close()))
    const cluster = await this.#cluster?.catch(() => null)
    if (cluster) {
      const { pid } = cluster
      await cluster.stop('immediate')
      await cluster.close()
      if (pid !== null) this.#guard.forget(pid)
    }
    await this.#guard.close()
  }

  async #startPostgres(): Promise<PostgresCluster> {
    const cluster = await PostgresCluster.create({ settings: SETTINGS, detached: true })
    this.#guard.process(cluster.pid!, 'SIGQUIT')
    return cluster
  }
}
