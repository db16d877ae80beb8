/**
 * The tables of the stock adapter sharedb-postgres, in a schema of their own beside ours.
 *
 * They are no migration of ours: their shape is the adapter's to decide, most databases never need them, and a released
 * migration cannot be taken back. So they are created when the adapter is chosen, and left alone when they are there.
 */

import type { Db, Queryable } from './db.ts'
import type { Letter, LetterStore } from './letters.ts'

/** Part of SQL below: no quote, no blank. */
export const STOCK_SCHEMA = 'sharedb'

/** Any number will do, as long as every node takes the same one, and migrate.ts another. */
const LOCK = 5_872_002

/**
 * The shape the adapter's structure.sql leads to after all its steps, but for the second index on the snapshots, which
 * repeats their key. Nodes that start together wait for one another.
 */
export async function createStockTables(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
    await tx.query(`create schema if not exists ${STOCK_SCHEMA}`)
    await tx.query(`
      create table if not exists ${STOCK_SCHEMA}.ops (
        collection varchar(255) not null,
        doc_id     varchar(255) not null,
        version    integer      not null,
        operation  jsonb        not null,
        primary key (collection, doc_id, version)
      )`)
    await tx.query(`
      create table if not exists ${STOCK_SCHEMA}.snapshots (
        collection varchar(255) not null,
        doc_id     varchar(255) not null,
        doc_type   varchar(255),
        version    integer      not null,
        data       jsonb,
        metadata   jsonb,
        primary key (collection, doc_id)
      )`)
  })
}

interface StockHead {
  readonly id: string
  readonly version: number
  readonly time: number | null
  readonly source: string | null
}

/**
 * Letters whose ops the stock adapter keeps: the list is ours, the heads are its own.
 *
 * @param memberOf  whom a source was issued to; null when it is none of ours
 */
export function stockLetters(
  letters: LetterStore,
  db: Queryable,
  memberOf: (source: string) => string | null,
): LetterStore {
  async function withHeads(found: readonly Letter[]): Promise<Letter[]> {
    const heads = await headsOf(
      db,
      found.map(({ id }) => id),
    )
    return found.map((letter) => {
      const head = heads.get(letter.id)
      if (head === undefined) return letter
      const { version, time, source } = head
      const updatedBy = source === null ? null : memberOf(source)
      return { ...letter, version, updatedAt: time ?? letter.updatedAt, updatedBy }
    })
  }

  return {
    ...letters,
    async find(id) {
      const letter = await letters.find(id)
      return letter === null ? null : (await withHeads([letter]))[0]!
    },
    async list(firm, after, limit) {
      return withHeads(await letters.list(firm, after, limit))
    },
  }
}

async function headsOf(db: Queryable, ids: readonly string[]): Promise<Map<string, StockHead>> {
  const rows = await db.query<StockHead & { readonly [column: string]: unknown }>(
    `select snapshots.doc_id as id,
            snapshots.version,
            (ops.operation #>> '{m,ts}')::bigint as time,
            ops.operation ->> 'src' as source
       from ${STOCK_SCHEMA}.snapshots
       left join ${STOCK_SCHEMA}.ops using (collection, doc_id, version)
      where collection = 'letters' and doc_id = any ($1::text[])`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}
