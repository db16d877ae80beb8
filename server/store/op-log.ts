import { CollabError } from '../../ot/errors.ts'
import { LoggedOp, type OpRecord } from '../../ot/logged-op.ts'
import { type Db, DbError, UNIQUE_VIOLATION } from './db.ts'
import { inEpoch, readEpoch } from './epoch.ts'

/** Ops of one document that follow one another, to be appended all or none. */
export interface Chunk {
  readonly document: number
  /** The version the document must be at. */
  readonly expected: number
  /** Versions expected + 1, expected + 2, … */
  readonly ops: readonly OpRecord[]
  /** Replaces the head's metadata, when not null: see heads.meta. */
  readonly meta: string | null
}

/** What is stored of a document, for a reader that wants its head. */
export interface StoredDocument {
  readonly document: number
  readonly version: number
  readonly time: number
  readonly meta: string | null
  /** The newest stored copy; null when there is none yet. `data` is JSON. */
  readonly snapshot: {
    readonly version: number
    readonly type: string | null
    readonly data: string | null
  } | null
}

/**
 * The op log: the only SQL about documents and their ops.
 *
 * Every method may throw DbError. Reads of ops check that nothing is missing between their ends, and throw
 * CollabError `document/log-broken` otherwise: a hole is an alarm, never a wrong document.
 *
 * A log that was opened for an epoch neither shows nor takes anything in another one, and says so where it would have
 * to answer: CollabError `server/restored`.
 */
export class OpLog {
  readonly #db: Db
  readonly #epoch: string | null

  /** @param epoch  the history this log is of; null for whichever there is */
  constructor(db: Db, epoch: string | null = null) {
    this.#db = db
    this.#epoch = epoch
  }

  /** Answers null when nobody has named the document yet. */
  async find(collection: string, id: string): Promise<StoredDocument | null> {
    const [row] = await this.#db.query<{
      number: number
      version: number
      time: number
      meta: string | null
      at: number | null
      type: string | null
      data: string | null
    }>(
      `select documents.number, heads.version, heads.time, heads.meta, snapshots.version as at, snapshots.type, snapshots.data
         from documents
         join heads on heads.document = documents.number
         left join snapshots on snapshots.document = documents.number
        where documents.collection = $1 and documents.id = $2 and ${inEpoch('$3')}`,
      [collection, id, this.#epoch],
      'find-document',
    )
    if (row === undefined) {
      await this.#assertEpoch()
      return null
    }
    const snapshot = row.at === null ? null : { version: row.at, type: row.type, data: row.data }
    return { document: row.number, version: row.version, time: row.time, meta: row.meta, snapshot }
  }

  /** Gives the document its number, at version 0. Naming it twice answers the same number. */
  async name(collection: string, id: string): Promise<number> {
    await this.#db.query(
      `with named as (
         insert into documents (collection, id) values ($1, $2)
         on conflict (collection, id) do nothing
         returning number
       )
       insert into heads (document, version, time) select number, 0, 0 from named`,
      [collection, id],
    )
    const [row] = await this.#db.query<{ number: number }>(
      'select number from documents where collection = $1 and id = $2',
      [collection, id],
    )
    return row!.number
  }

  /**
   * Appends chunks of different documents in one transaction.
   *
   * The heads that are where their chunk expects them are moved, locked in the order of their documents, and
   * the ops of those documents are inserted: a document's chunk lands all or none, and one that has lost a race
   * does not hold up the others.
   *
   * @returns the documents whose chunk landed
   * @throws  DbError UNIQUE_VIOLATION when an op of the batch is in the log already; nothing has landed then.
   *          CollabError server/restored: nothing has landed either
   */
  async append(chunks: readonly Chunk[]): Promise<Set<number>> {
    const [first] = chunks
    const rows =
      chunks.length === 1 && first!.ops.length === 1
        ? await this.#appendOne(first!, first!.ops[0]!)
        : await this.#appendMany(chunks)
    if (rows.length < chunks.length) await this.#assertEpoch()
    await this.#db.sync()
    return new Set(rows.map(({ document }) => document))
  }

  /** What a server that is not under load does all day. The same as a batch of one, for two thirds of the time. */
  #appendOne({ document, expected, meta }: Chunk, op: OpRecord) {
    const { version, time, author, source, seq, origin, body } = op
    return this.#db.query<{ document: number }>(
      APPEND_ONE,
      [document, expected, version, time, author, meta, source, seq, origin, body, op.meta, this.#epoch],
      'append-op',
    )
  }

  #appendMany(chunks: readonly Chunk[]) {
    const last = chunks.map(({ ops }) => ops[ops.length - 1]!)
    const ops = chunks.flatMap((chunk) => chunk.ops.map((op) => ({ document: chunk.document, op })))
    return this.#db.query<{ document: number }>(
      APPEND,
      [
        chunks.map(({ document }) => document),
        chunks.map(({ expected }) => expected),
        last.map(({ version }) => version),
        last.map(({ time }) => time),
        last.map(({ author }) => author),
        chunks.map(({ meta }) => meta),
        ops.map(({ document }) => document),
        ops.map(({ op }) => op.version),
        ops.map(({ op }) => op.source),
        ops.map(({ op }) => op.seq),
        ops.map(({ op }) => op.author),
        ops.map(({ op }) => op.origin),
        ops.map(({ op }) => op.time),
        ops.map(({ op }) => op.body),
        ops.map(({ op }) => op.meta),
        this.#epoch,
      ],
      'append-ops',
    )
  }

  /**
   * The ops that lead from version `after` to version `to`, in order.
   *
   * @param to  null means the newest in the log
   */
  async read(document: number, after: number, to: number | null): Promise<LoggedOp[]> {
    const rows = await this.#db.query<OpRow>(
      `select version, source, seq, author, origin, time, body, meta
         from ops
        where document = $1 and version > $2 and ($3::bigint is null or version <= $3) and ${inEpoch('$4')}
        order by version`,
      [document, after, to, this.#epoch],
      'read-ops',
    )
    return this.#continuous(document, after, to, rows)
  }

  /** `read`, but the answer ends with the op that goes past `maxBytes`. */
  async readPiece(document: number, after: number, to: number, maxBytes: number): Promise<LoggedOp[]> {
    const rows = await this.#db.query<OpRow>(
      `select version, source, seq, author, origin, time, body, meta
         from (
           select ops.*, sum(octet_length(body)) over (order by version) - octet_length(body) as bytes_before
             from ops
            where document = $1 and version > $2 and version <= $3 and ${inEpoch('$5')}
         ) as ops
        where bytes_before < $4
        order by version`,
      [document, after, to, maxBytes, this.#epoch],
      'read-piece',
    )
    return this.#continuous(document, after, rows.length === 0 ? to : null, rows)
  }

  /** `read` for many documents in one query. Documents without such ops are not in the answer. */
  async readMany(
    wanted: readonly { readonly document: number; readonly after: number; readonly to: number | null }[],
  ): Promise<Map<number, LoggedOp[]>> {
    const rows = await this.#db.query<OpRow & { document: number }>(
      `select document, version, source, seq, author, origin, time, body, meta
         from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as wanted (number, after, upto)
         join ops on ops.document = wanted.number
                 and ops.version > wanted.after
                 and (wanted.upto is null or ops.version <= wanted.upto)
        where ${inEpoch('$4')}
        order by document, version`,
      [wanted.map((w) => w.document), wanted.map((w) => w.after), wanted.map((w) => w.to), this.#epoch],
      'read-many',
    )
    const found = new Map<number, OpRow[]>()
    for (const row of rows) {
      const list = found.get(row.document)
      if (list) list.push(row)
      else found.set(row.document, [row])
    }
    const answers = new Map<number, LoggedOp[]>()
    for (const { document, after, to } of wanted) {
      const list = found.get(document) ?? []
      answers.set(document, await this.#continuous(document, after, to, list))
    }
    return answers
  }

  /** Null when nobody has named the document yet. */
  async number(collection: string, id: string): Promise<number | null> {
    return (await this.numbers(collection, [id])).get(id) ?? null
  }

  /** Numbers of the documents that have one, by id. */
  async numbers(collection: string, ids: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.#db.query<{ id: string; number: number }>(
      'select id, number from documents where collection = $1 and id = any($2::text[])',
      [collection, ids],
    )
    return new Map(rows.map(({ id, number }) => [id, number]))
  }

  /** Greatest seq the log holds of a source in a document; 0 when none. */
  async lastSeq(document: number, source: string): Promise<number> {
    const [row] = await this.#db.query<{ seq: number | null }>(
      'select max(seq) as seq from ops where document = $1 and source = $2',
      [document, source],
      'last-seq',
    )
    return row?.seq ?? 0
  }

  /** The version an op produced when it was first submitted; null when it is not in the log. */
  async versionOf(document: number, source: string, seq: number): Promise<number | null> {
    const [row] = await this.#db.query<{ version: number }>(
      'select version from ops where document = $1 and source = $2 and seq = $3',
      [document, source, seq],
      'version-of-op',
    )
    return row?.version ?? null
  }

  /** Versions of the newest op of each document. */
  async heads(documents: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.#db.query<{ document: number; version: number }>(
      `select document, version from heads where document = any($1::bigint[]) and ${inEpoch('$2')}`,
      [documents, this.#epoch],
      'heads',
    )
    if (rows.length < documents.length) await this.#assertEpoch()
    return new Map(rows.map(({ document, version }) => [document, version]))
  }

  /**
   * The heads that are elsewhere than somebody knows, for comparing many at once (rule R4).
   *
   * Numbers travel as two strings: node-postgres takes three times as long over an array, and the answer to "which
   * versions have these" ten times as long as to "which have moved".
   */
  async movedHeads(
    known: readonly { readonly document: number; readonly version: number }[],
  ): Promise<Map<number, number>> {
    const rows = await this.#db.query<{ document: number; version: number }>(
      `select heads.document, heads.version
         from unnest($1::bigint[], $2::bigint[]) as known (document, version)
         join heads on heads.document = known.document
        where heads.version <> known.version and ${inEpoch('$3')}`,
      [
        `{${known.map(({ document }) => document).join()}}`,
        `{${known.map(({ version }) => version).join()}}`,
        this.#epoch,
      ],
      'moved-heads',
    )
    return new Map(rows.map(({ document, version }) => [document, version]))
  }

  /** Keeps a copy of a document, unless a newer one is there. Answers how many characters it has. */
  async saveSnapshot(
    document: number,
    snapshot: { readonly version: number; readonly type: string | null; readonly data: unknown },
  ): Promise<number> {
    const data = snapshot.data === undefined ? null : JSON.stringify(snapshot.data)
    await this.#db.query(
      `insert into snapshots (document, version, type, data)
       select $1::bigint, $2::bigint, $3::text, $4::text where ${inEpoch('$5')}
       on conflict (document) do update
         set version = excluded.version, type = excluded.type, data = excluded.data
       where snapshots.version < excluded.version`,
      [document, snapshot.version, snapshot.type, data, this.#epoch],
      'save-snapshot',
    )
    return data?.length ?? 0
  }

  /** @throws CollabError document/log-broken unless the rows are after + 1, after + 2, … up to `to`; server/restored */
  async #continuous(
    document: number,
    after: number,
    to: number | null,
    rows: readonly OpRow[],
  ): Promise<LoggedOp[]> {
    const end = to === null ? after + rows.length : Math.max(after, to)
    const isWhole =
      rows.length === end - after && rows.every((row, index) => row.version === after + 1 + index)
    if (isWhole) return rows.map((row) => new LoggedOp(row))
    await this.#assertEpoch()
    const expected = rows.findIndex((row, index) => row.version !== after + 1 + index)
    const missing = after + 1 + (expected === -1 ? rows.length : expected)
    throw new CollabError(
      'document/log-broken',
      `the log of document ${document} has no version ${missing}`,
      { data: { missing } },
    )
  }

  /** Called where an answer lacks something, which another epoch would explain. */
  async #assertEpoch(): Promise<void> {
    if (this.#epoch === null || (await readEpoch(this.#db)) === this.#epoch) return
    throw new CollabError(
      'server/restored',
      'The database was taken back to an earlier state. Load the letter anew.',
    )
  }
}

/** Classes of SQLSTATE that say something of a row: it cannot be held, or breaks a constraint. */
const ABOUT_A_ROW = /^2[23]/

/** True when an append failed because of one of its ops, and the others might land without it. */
export function isAboutAnOp(error: unknown): boolean {
  return error instanceof DbError && ABOUT_A_ROW.test(error.sqlState ?? '')
}

/** True when an append failed because one of its ops is in the log already (rule S4). */
export function isResend(error: unknown): boolean {
  return error instanceof DbError && error.sqlState === UNIQUE_VIOLATION
}

const APPEND = `
with batch as (
  select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::text[])
             as batch (document, expected, version, time, author, meta)
),
found as (
  select heads.document
    from heads
    join batch on batch.document = heads.document
   where heads.version = batch.expected and ${inEpoch('$16')}
   order by heads.document
     for update of heads
),
won as (
  update heads
     set version = batch.version, time = batch.time, author = batch.author, meta = coalesce(batch.meta, heads.meta)
    from batch
    join found on found.document = batch.document
   where heads.document = batch.document
  returning heads.document
),
appended as (
  insert into ops (document, version, source, seq, author, origin, time, body, meta)
  select op.*
    from unnest($7::bigint[], $8::bigint[], $9::text[], $10::bigint[], $11::uuid[], $12::text[], $13::bigint[], $14::text[], $15::text[])
      as op (document, version, source, seq, author, origin, time, body, meta)
    join won on won.document = op.document
)
select document from won`

const APPEND_ONE = `
with won as (
  update heads
     set version = $3, time = $4, author = $5, meta = coalesce($6, meta)
   where document = $1 and version = $2 and ${inEpoch('$12')}
  returning document
)
insert into ops (document, version, source, seq, author, origin, time, body, meta)
select document, $3, $7, $8, $5, $9, $4, $10, $11 from won
returning document`

type OpRow = OpRecord & { readonly [column: string]: unknown }
