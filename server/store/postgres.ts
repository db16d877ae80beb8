import pg from 'pg'
import { type Db, DbError, type Queryable } from './db.ts'

/** int8: versions, seqs and milliseconds, all far below 2^53. */
const BIGINT = 20

export interface PostgresOptions {
  /** Connections at most; the op log uses one of them, reads share the rest. */
  readonly maxConnections?: number
  /** The server cancels a statement that takes longer, milliseconds. */
  readonly statementTimeoutMs?: number
  /** Schema to work in, for a second program's tables in the same database. */
  readonly searchPath?: string
  /** Told about connections that broke while nobody was using them. */
  readonly onIdleError?: (error: Error) => void
}

/**
 * Opens a pool of connections to a PostgreSQL server. Connects on first use, and again whenever a connection
 * has broken; a server that is down makes statements fail as `unreachable` and nothing else.
 */
export function openPostgres(url: string, options: PostgresOptions = {}): Db {
  const statementTimeoutMs = options.statementTimeoutMs ?? 5_000
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 5_000,
    // A second more than the server's own limit: it fires only when the server hangs, or the link swallowed the answer.
    query_timeout: statementTimeoutMs + 1_000,
    keepAlive: true,
    application_name: 'copperplate',
    options: [
      `-c statement_timeout=${statementTimeoutMs}`,
      `-c idle_in_transaction_session_timeout=${4 * statementTimeoutMs}`,
      ...(options.searchPath === undefined ? [] : [`-c search_path=${options.searchPath}`]),
    ].join(' '),
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === BIGINT ? Number : pg.types.getTypeParser(oid, format as 'text'),
    },
  })
  // Without these listeners a connection that breaks ends the process: while idle, and while somebody has it,
  // who learns it from the next statement.
  pool.on('error', (error) => options.onIdleError?.(error))
  pool.on('connect', (client) => client.on('error', () => undefined))
  let closing: Promise<void> | null = null

  async function connect(): Promise<pg.PoolClient> {
    try {
      return await pool.connect()
    } catch (error) {
      throw new DbError('unreachable', sqlStateOf(error), error)
    }
  }

  async function withClient<T>(work: (run: Queryable['query']) => Promise<T>): Promise<T> {
    const client = await connect()
    let broken: Error | undefined
    try {
      return await work(async (text, values, name) => {
        try {
          const result = await client.query({ text, name, values: values as unknown[] | undefined })
          return result.rows
        } catch (error) {
          const failure = describe(error)
          if (failure.kind !== 'refused') broken = failure
          throw failure
        }
      })
    } finally {
      client.release(broken)
    }
  }

  return {
    engine: 'postgres',
    query: (text, values, name) => withClient((run) => run(text, values, name)),
    transaction: (work) =>
      withClient(async (run) => {
        await run('begin')
        try {
          const result = await work({ query: run as Queryable['query'] })
          await run('commit')
          return result
        } catch (error) {
          // On a broken connection the rollback fails as well; the first error is the one to tell.
          await run('rollback').catch(() => undefined)
          throw error
        }
      }),
    script: (text) => withClient(async (run) => void (await run(text))),
    sync: async () => undefined,
    close: () => {
      closing ??= pool.end()
      return closing
    },
  }
}

/** Classes of SQLSTATE after which the connection is gone and the statement's fate unknown. */
const BROKEN = /^(08|57P)/

function describe(error: unknown): DbError {
  const sqlState = sqlStateOf(error)
  const kind = sqlState === null || BROKEN.test(sqlState) ? 'unknown' : 'refused'
  return new DbError(kind, sqlState, error)
}

/** Only the server's own errors carry a SQLSTATE of five characters; Node's are words such as ECONNRESET. */
function sqlStateOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}
