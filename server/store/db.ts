/**
 * One interface over node-postgres and PGlite: what the rest of `store` needs of a database, and no more.
 *
 * SQL is written for PostgreSQL 15, the oldest server we run on. Parameters are `$1…`; arrays are passed as
 * JavaScript arrays of strings, numbers or nulls; bigint columns come back as numbers (versions, seqs and
 * milliseconds stay far below 2^53).
 */

export type Value = string | number | boolean | null | readonly (string | number | boolean | null)[]

export interface Row {
  readonly [column: string]: unknown
}

export interface Queryable {
  /**
   * Runs one statement.
   *
   * @param name  prepares the statement once per connection under this name; for hot statements only
   * @throws      DbError; its `kind` tells whether the statement can have taken effect
   */
  query<R extends Row = Row>(text: string, values?: readonly Value[], name?: string): Promise<R[]>
}

export interface Db extends Queryable {
  /** Runs `work` in one transaction; commits when it resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /** Runs several statements separated by semicolons, without parameters. */
  script(text: string): Promise<void>
  /** Makes everything written so far survive a power cut; resolves at once where a commit already does. */
  sync(): Promise<void>
  /** Waits for running statements, then lets go of the connections. May be called again. */
  close(): Promise<void>
  readonly engine: 'postgres' | 'pglite'
}

/** SQLSTATE of the few conditions the program acts on. */
export const UNIQUE_VIOLATION = '23505'
export const UNDEFINED_TABLE = '42P01'

/**
 * What went wrong, as far as the caller must know it.
 *
 * - `refused`      the server answered: the statement had no effect
 * - `unreachable`  there was no connection, or it broke before anything was sent: no effect
 * - `unknown`      the connection broke, or a deadline passed, while the statement ran: it may have taken effect
 */
export class DbError extends Error {
  override readonly name = 'DbError'
  readonly kind: 'refused' | 'unreachable' | 'unknown'
  /** SQLSTATE, when the server gave one. */
  readonly sqlState: string | null

  constructor(kind: DbError['kind'], sqlState: string | null, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.kind = kind
    this.sqlState = sqlState
  }
}
