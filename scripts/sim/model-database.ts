import { CollabError } from '../../ot/errors.ts'
import { LoggedOp, type OpRecord } from '../../ot/logged-op.ts'
import { DbError, UNIQUE_VIOLATION } from '../../server/store/db.ts'
import type { Chunk, OpLog, StoredDocument } from '../../server/store/op-log.ts'

/** One document of the model database, as its rows. */
export interface ModelDocument {
  readonly number: number
  readonly id: string
  /** Version n is at n - 1; null where a row is missing, which only a broken log has. */
  readonly ops: (OpRecord | null)[]
  /** When each op was committed, milliseconds of the run's clock. */
  readonly committedAt: number[]
  readonly versionBySeq: Map<string, number>
  time: number
  meta: string | null
  snapshot: StoredDocument['snapshot']
}

/**
 * The op log as a database would hold it, in memory: what OpLog says in SQL, said in a few lines. The contract suite of op
 * logs runs on both, so that what the simulation finds out is true of the real one.
 *
 * Each method is one statement: it happens at once, and all or none of it.
 */
export class ModelDatabase {
  readonly documents: ModelDocument[] = []
  /** An op is refused that is there already. */
  isUnique = true
  /** Chunks that came too late. */
  lostRaces = 0
  readonly #byName = new Map<string, ModelDocument>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  find(collection: string, id: string): StoredDocument | null {
    const found = this.#byName.get(`${collection}/${id}`)
    if (found === undefined) return null
    const { number: document, ops, time, meta, snapshot } = found
    return { document, version: ops.length, time, meta, snapshot }
  }

  name(collection: string, id: string): number {
    const name = `${collection}/${id}`
    const found = this.#byName.get(name)
    if (found !== undefined) return found.number
    const made: ModelDocument = {
      number: this.documents.length + 1,
      id,
      ops: [],
      committedAt: [],
      versionBySeq: new Map(),
      time: 0,
      meta: null,
      snapshot: null,
    }
    this.documents.push(made)
    this.#byName.set(name, made)
    return made.number
  }

  number(collection: string, id: string): number | null {
    return this.#byName.get(`${collection}/${id}`)?.number ?? null
  }

  append(chunks: readonly Chunk[]): Set<number> {
    const won = chunks.filter(({ document, expected }) => this.document(document)?.ops.length === expected)
    this.lostRaces += chunks.length - won.length
    if (this.isUnique) for (const { document, ops } of won) this.#assertNew(this.document(document)!, ops)
    for (const chunk of won) this.store(this.document(chunk.document)!, chunk)
    return new Set(won.map(({ document }) => document))
  }

  read(document: number, after: number, to: number | null): LoggedOp[] {
    const rows = this.document(document)?.ops ?? []
    const end = to === null ? rows.length : Math.max(after, to)
    const found: LoggedOp[] = []
    for (let version = after + 1; version <= end; version++) {
      const row = rows[version - 1] ?? null
      if (row === null) throw broken(document, version)
      found.push(new LoggedOp(row))
    }
    return found
  }

  readMany(...[wanted]: Parameters<OpLog['readMany']>): Map<number, LoggedOp[]> {
    return new Map(wanted.map(({ document, after, to }) => [document, this.read(document, after, to)]))
  }

  readPiece(document: number, after: number, to: number, maxBytes: number): LoggedOp[] {
    const found = this.read(document, after, to)
    let taken = 0
    for (let bytes = 0; taken < found.length && bytes < maxBytes; taken++) {
      bytes += Buffer.byteLength(found[taken]!.body)
    }
    return found.slice(0, taken)
  }

  lastSeq(document: number, source: string): number {
    let last = 0
    for (const op of this.document(document)?.ops ?? []) {
      if (op?.source === source) last = Math.max(last, op.seq!)
    }
    return last
  }

  versionOf(document: number, source: string, seq: number): number | null {
    return this.document(document)?.versionBySeq.get(`${source} ${seq}`) ?? null
  }

  movedHeads(known: readonly { readonly document: number; readonly version: number }[]): Map<number, number> {
    const moved = new Map<number, number>()
    for (const { document, version } of known) {
      const head = this.document(document)?.ops.length
      if (head !== undefined && head !== version) moved.set(document, head)
    }
    return moved
  }

  saveSnapshot(
    document: number,
    snapshot: { readonly version: number; readonly type: string | null; readonly data: unknown },
  ): number {
    const data = snapshot.data === undefined ? null : JSON.stringify(snapshot.data)
    const row = this.document(document)!
    if ((row.snapshot?.version ?? -1) < snapshot.version) row.snapshot = { ...snapshot, data }
    return data?.length ?? 0
  }

  document(number: number): ModelDocument | undefined {
    return this.documents[number - 1]
  }

  /** Puts rows in, unasked. */
  store(into: ModelDocument, { ops, meta }: Pick<Chunk, 'ops' | 'meta'>): void {
    for (const op of ops) {
      const { version, body, source, seq, author, origin, time } = op
      into.ops[version - 1] = { version, body, source, seq, author, origin, time, meta: op.meta }
      into.committedAt[version - 1] = this.#now()
      if (source !== null && !into.versionBySeq.has(`${source} ${seq}`))
        into.versionBySeq.set(`${source} ${seq}`, version)
    }
    into.time = ops[ops.length - 1]!.time
    into.meta = meta ?? into.meta
  }

  #assertNew(into: ModelDocument, ops: readonly OpRecord[]): void {
    const keys = ops.filter(({ source }) => source !== null).map(({ source, seq }) => `${source} ${seq}`)
    if (new Set(keys).size === keys.length && !keys.some((key) => into.versionBySeq.has(key))) return
    throw new DbError('refused', UNIQUE_VIOLATION, new Error('the op is in the log already'))
  }
}

function broken(document: number, missing: number): CollabError {
  return new CollabError('document/log-broken', `the log of document ${document} has no version ${missing}`, {
    data: { missing },
  })
}
