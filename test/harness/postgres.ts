/** Databases for tests: a fresh one on the cluster of this run, or a whole cluster that a test may harm. */

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { until } from './deadline.ts'
import { type ClusterOptions, PostgresCluster } from './postgres-cluster.ts'

export interface TestDatabase {
  readonly url: string
  /** Throws out whoever is still connected. */
  drop(): Promise<void>
}

/** A new, empty database of its own name. */
export async function freshDatabase(): Promise<TestDatabase> {
  const cluster = process.env.TEST_DATABASE_URL
  if (cluster === undefined) {
    throw new Error('This test needs Postgres. Run it with `npm test -- <tier>`, which starts one.')
  }
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(cluster, `create database ${name} template template0`)
  const url = new URL(cluster)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => drop(cluster, name) }
}

/** A cluster that a test may stop, kill and start again; `close()` it in the end. */
export function ownPostgres(settings: ClusterOptions['settings'] = {}): Promise<PostgresCluster> {
  return PostgresCluster.create({ settings })
}

/** A pool that has been closed says so before its connections are: one that is thrown out then is an error that nobody listens to. */
async function drop(cluster: string, name: string): Promise<void> {
  const connected = `select from pg_stat_activity where datname = '${name}'`
  const areGone = async () => (await administer(cluster, connected)).rowCount === 0
  await until('everybody to be gone', areGone, { ms: 1_000 }).catch(() => undefined)
  await administer(cluster, `drop database if exists ${name} with (force)`)
}

async function administer(url: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}
