/**
 * Reads a database that a ShareDB backend wrote through the stock adapter sharedb-postgres: a table `ops` with the op
 * that leads to each version, and a table `snapshots` with the newest state of each document. Nothing is written.
 *
 * An op row is appended in the statement that moves its snapshot, so the ops up to a snapshot that was read are there,
 * and stay as they are, even while a server goes on writing.
 */

import type { Db } from './db.ts'
import { openPostgres } from './postgres.ts'

/** Names are kept as the other program spelled them. */
export interface ForeignKey {
  readonly collection: string
  readonly id: string
}

export interface ForeignSnapshot {
  readonly version: number
  /** URI of the type; null when the document is deleted. */
  readonly type: string | null
  readonly data: unknown
}

export interface ForeignOp {
  /** The version it produces. */
  readonly version: number
  /** As ShareDB stored it: `{src, seq, v, m}` and one of op, create, del. Not checked. */
  readonly operation: unknown
}

/** The url leads to no database that sharedb-postgres wrote. The message says what to do. */
export class ForeignLogError extends Error {
  override readonly name = 'ForeignLogError'
}

const PAGE = 500
/** Listing the documents of a large database takes its time, and nobody waits at a screen. */
const STATEMENT_TIMEOUT_MS = 120_000
const COLUMNS = { ops: 4, snapshots: 5 }

export class ForeignLog {
  readonly #db: Db
  readonly #ops: string
  readonly #snapshots: string

  private constructor(db: Db, schema: string) {
    const prefix = `"${schema.replaceAll('"', '""')}"`
    this.#db = db
    this.#ops = `${prefix}.ops`
    this.#snapshots = `${prefix}.snapshots`
  }

  /**
   * Finds the tables: in the schema the connection begins in, else in the only one that has them.
   *
   * @throws ForeignLogError
   */
  static async open(url: string): Promise<ForeignLog> {
    const db = openPostgres(url, { maxConnections: 2, statementTimeoutMs: STATEMENT_TIMEOUT_MS })
    try {
      return new ForeignLog(db, await schemaIn(db))
    } catch (error) {
      await db.close()
      if (error instanceof ForeignLogError) throw error
      throw new ForeignLogError(`The database cannot be read: ${describe(error)}`, { cause: error })
    }
  }

  close(): Promise<void> {
    return this.#db.close()
  }

  /** How many documents there are, in one collection or (null) in all. */
  async count(collection: string | null): Promise<number> {
    const [row] = await this.#db.query<{ count: number }>(
      `select count(*) as count
         from ${this.#snapshots}
        where $1::text is null or collection = $1`,
      [collection],
    )
    return row!.count
  }

  /** The documents, in the order of their names; last those that have ops and no snapshot. */
  async *keys(collection: string | null): AsyncGenerator<ForeignKey> {
    let after: ForeignKey | null = null
    for (;;) {
      const page: ForeignKey[] = await this.#db.query<ForeignKey & { readonly [column: string]: unknown }>(
        `select collection, doc_id as id
           from ${this.#snapshots}
          where ($1::text is null or collection = $1)
            and ($2::text is null or (collection, doc_id) > ($2, $3))
          order by collection, doc_id
          limit $4`,
        [collection, after?.collection ?? null, after?.id ?? null, PAGE],
      )
      yield* page
      if (page.length < PAGE) break
      after = page.at(-1)!
    }
    yield* await this.#db.query<ForeignKey & { readonly [column: string]: unknown }>(
      `select distinct collection, doc_id as id
         from ${this.#ops} as ops
        where ($1::text is null or collection = $1)
          and not exists (
            select from ${this.#snapshots} as snapshots
             where snapshots.collection = ops.collection and snapshots.doc_id = ops.doc_id
          )
        order by collection, id`,
      [collection],
    )
  }

  /** Answers null when there is none. */
  async snapshot({ collection, id }: ForeignKey): Promise<ForeignSnapshot | null> {
    const [row] = await this.#db.query<{ version: number; type: string | null; data: unknown }>(
      `select version, doc_type as type, data
         from ${this.#snapshots}
        where collection = $1 and doc_id = $2`,
      [collection, id],
    )
    return row ?? null
  }

  /** The first `limit` ops after version `after`, in order, with nothing filled in where one is missing. */
  async ops({ collection, id }: ForeignKey, after: number, limit: number): Promise<ForeignOp[]> {
    return this.#db.query<ForeignOp & { readonly [column: string]: unknown }>(
      `select version, operation
         from ${this.#ops}
        where collection = $1 and doc_id = $2 and version > $3
        order by version
        limit $4`,
      [collection, id, after, limit],
    )
  }
}

async function schemaIn(db: Db): Promise<string> {
  const found = await db.query<{ schema: string; isDefault: boolean }>(
    `select table_schema as schema,
            coalesce(table_schema = any (current_schemas(false)), false) as "isDefault"
       from information_schema.columns
      where (table_name = 'ops' and column_name in ('collection', 'doc_id', 'version', 'operation'))
         or (table_name = 'snapshots' and column_name in ('collection', 'doc_id', 'version', 'doc_type', 'data'))
      group by table_schema
     having count(*) = $1
      order by array_position(current_schemas(false), table_schema::name), table_schema`,
    [COLUMNS.ops + COLUMNS.snapshots],
  )
  const [first] = found
  if (first === undefined) {
    throw new ForeignLogError(
      'The database has no tables of sharedb-postgres: a table ops with the columns collection, doc_id, version and ' +
        'operation, and a table snapshots with collection, doc_id, version, doc_type and data.',
    )
  }
  if (!first.isDefault && found.length > 1) {
    const names = found.map(({ schema }) => schema).join(', ')
    throw new ForeignLogError(
      `Several schemas have tables of sharedb-postgres (${names}). Choose one at the end of the url: ` +
        `?options=-c%20search_path%3D${first.schema}`,
    )
  }
  return first.schema
}

/** Node reports a refused connection to a name with several addresses as an error without words of its own. */
function describe(error: unknown): string {
  const { message, cause, code } = error as { message?: string; cause?: unknown; code?: unknown }
  if (message) return message
  return cause === undefined ? String(code ?? error) : describe(cause)
}
