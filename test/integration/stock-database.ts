/** A database written by ShareDB and sharedb-postgres as they are published, with nothing of this project in between. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import ShareDB from 'sharedb'
import PostgresDB from 'sharedb-postgres'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { STOCK_RICH_TEXT } from '../harness/stock-client.ts'

const STRUCTURE = fileURLToPath(new URL('../../node_modules/sharedb-postgres/structure.sql', import.meta.url))

export interface StockOp {
  readonly version: number
  readonly operation: {
    readonly src: string
    readonly seq: number
    readonly m: { readonly ts: number }
    readonly op?: unknown
    readonly create?: { readonly data: unknown }
    readonly del?: true
  }
}

type Doc = ReturnType<ReturnType<ShareDB['connect']>['get']>

export class StockDatabase {
  readonly url: string
  readonly #database: TestDatabase
  readonly #backend: ShareDB
  readonly #sql: pg.Pool

  private constructor(database: TestDatabase) {
    this.url = database.url
    this.#database = database
    this.#sql = new pg.Pool({ connectionString: database.url })
    // The declared class is that of the adapters ShareDB brings along; it asks no more of one than this has.
    this.#backend = new ShareDB({
      db: new PostgresDB({ connectionString: database.url }) as unknown as ShareDB.DB,
    })
  }

  static async create(): Promise<StockDatabase> {
    const database = new StockDatabase(await freshDatabase())
    await database.sql(readFileSync(STRUCTURE, 'utf8'))
    return database
  }

  /** A client with a copy of its own. */
  async open(collection: string, id: string): Promise<StockWriter> {
    // The registry is the process's own; another test may have put another type there.
    ShareDB.types.register(STOCK_RICH_TEXT)
    const writer = new StockWriter(this.#backend.connect().get(collection, id))
    await writer.subscribed()
    return writer
  }

  /** What a client of today would be shown. */
  async snapshot(collection: string, id: string, version: number | null = null): Promise<ShareDB.Snapshot> {
    return new Promise((resolve, reject) => {
      this.#backend
        .connect()
        .fetchSnapshot(collection, id, version as number, (error, snapshot) =>
          error ? reject(error) : resolve(snapshot as ShareDB.Snapshot),
        )
    })
  }

  async ops(collection: string, id: string): Promise<StockOp[]> {
    return this.sql(
      'select version, operation from ops where collection = $1 and doc_id = $2 order by version',
      [collection, id],
    )
  }

  async sql<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]> {
    return (await this.#sql.query<R>(text, values)).rows
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#backend.close(resolve))
    await this.#sql.end()
    await this.#database.drop()
  }
}

/** The client library with promises. */
export class StockWriter {
  readonly doc: Doc

  constructor(doc: Doc) {
    this.doc = doc
  }

  subscribed(): Promise<void> {
    return this.#answered((done) => this.doc.subscribe(done))
  }

  create(data: unknown, type = 'rich-text'): Promise<void> {
    return this.#answered((done) => this.doc.create(data, type, done))
  }

  submit(op: unknown): Promise<void> {
    return this.#answered((done) => this.doc.submitOp(op, {}, done))
  }

  del(): Promise<void> {
    return this.#answered((done) => this.doc.del(done))
  }

  #answered(ask: (done: (error?: unknown) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => ask((error) => (error ? reject(error) : resolve())))
  }
}
