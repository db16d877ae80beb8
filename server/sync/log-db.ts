import type { LoggedOp } from '../../ot/logged-op.ts'
import type { Document } from '../doc/document.ts'
import type { Documents } from '../doc/documents.ts'
import type { OpLog } from '../store/op-log.ts'
import { ShareDB, type ShareOp } from './sharedb.ts'

interface ShareSnapshot {
  id: string
  v: number
  type: string | null
  data: unknown
  m: Record<string, unknown> | null | undefined
}

type Done<T> = (error: unknown, value?: T) => void
type Options = { metadata?: boolean } | null
type Fields = { $submit?: boolean } | null

/**
 * The op log behind ShareDB's own database interface: for programs that run a stock ShareDB backend on our log,
 * and for ShareDB's own suite to hold the log to its contract.
 *
 * A stock backend transforms and applies by itself, outside any turn. So it is shown durable versions only, a
 * snapshot for submitting waits until nothing is in flight, and a commit that is not for the next version is
 * answered with false: the backend then starts over.
 */
export class LogDb extends ShareDB.DB {
  readonly #documents: Documents
  readonly #log: OpLog
  readonly #onClose: () => Promise<void>
  #closing: Promise<void> | null = null

  constructor(documents: Documents, log: OpLog, onClose: () => Promise<void> = async () => undefined) {
    super()
    this.#documents = documents
    this.#log = log
    this.#onClose = onClose
  }

  close(callback?: Done<void>): void {
    this.#closing ??= this.#onClose()
    answer(this.#closing, callback ?? (() => undefined))
  }

  commit(
    collection: string,
    id: string,
    op: ShareOp,
    snapshot: ShareSnapshot,
    _options: unknown,
    callback: Done<boolean>,
  ): void {
    const { v, src, seq, m, create, del } = op
    const change = create ? { create } : del ? { del: true as const } : 'op' in op ? { op: op.op } : {}
    // Serialised here and now: the backend goes on to change the objects it handed over.
    const after = { version: snapshot.v, type: snapshot.type, data: clone(snapshot.data) }
    const exact = {
      change: clone(change) as { op: unknown },
      base: v,
      source: src ?? null,
      seq: seq ?? null,
      after,
      meta: m ? JSON.stringify(m) : null,
      headMeta: snapshot.m ? JSON.stringify(snapshot.m) : null,
    }
    answer(
      this.#documents.open({ collection, id }).then((document) => document.append(exact)),
      callback,
    )
  }

  getSnapshot(
    collection: string,
    id: string,
    fields: Fields,
    options: Options,
    callback: Done<ShareSnapshot>,
  ): void {
    answer(this.#snapshot(collection, id, fields, options), callback)
  }

  getSnapshotBulk(
    collection: string,
    ids: readonly string[],
    fields: Fields,
    options: Options,
    callback: Done<Record<string, ShareSnapshot>>,
  ): void {
    const snapshots = Promise.all(ids.map((id) => this.#snapshot(collection, id, fields, options)))
    answer(
      snapshots.then((list) => Object.fromEntries(list.map((snapshot) => [snapshot.id, snapshot]))),
      callback,
    )
  }

  getOps(
    collection: string,
    id: string,
    from: number | null,
    to: number | null,
    options: Options,
    callback: Done<ShareOp[]>,
  ): void {
    answer(this.#ops(collection, id, from ?? 0, to ?? Number.POSITIVE_INFINITY, options), callback)
  }

  getOpsBulk(
    collection: string,
    from: Readonly<Record<string, number | null>>,
    to: Readonly<Record<string, number | null>> | null,
    options: Options,
    callback: Done<Record<string, ShareOp[]>>,
  ): void {
    answer(this.#opsBulk(collection, from, to, options), callback)
  }

  async #snapshot(collection: string, id: string, fields: Fields, options: Options): Promise<ShareSnapshot> {
    const document = await this.#documents.open({ collection, id })
    if (fields?.$submit) await document.settled()
    const { version, type, data } = document.durable
    const m = fields?.$submit || options?.metadata ? metaOf(document) : null
    return { id, v: version, type, data: clone(data), m }
  }

  async #ops(collection: string, id: string, from: number, to: number, options: Options): Promise<ShareOp[]> {
    const document = await this.#documents.open({ collection, id })
    const found: ShareOp[] = []
    const end = Math.min(to, document.durable.version)
    for (let at = from; at < end; at = from + found.length) {
      const piece = await document.ops(at, end)
      found.push(...piece.map((op) => shareOp(op, options)))
    }
    return found
  }

  async #opsBulk(
    collection: string,
    from: Readonly<Record<string, number | null>>,
    to: Readonly<Record<string, number | null>> | null,
    options: Options,
  ): Promise<Record<string, ShareOp[]>> {
    const ids = Object.keys(from)
    const numbers = await this.#log.numbers(collection, ids)
    const wanted = ids.flatMap((id) => {
      const document = numbers.get(id)
      return document === undefined ? [] : [{ document, after: from[id] ?? 0, to: to?.[id] ?? null }]
    })
    const found = await this.#log.readMany(wanted)
    const opsOf = (id: string) => found.get(numbers.get(id) ?? -1) ?? []
    return Object.fromEntries(ids.map((id) => [id, opsOf(id).map((op) => shareOp(op, options))]))
  }
}

function shareOp(op: LoggedOp, options: Options): ShareOp {
  const { version, source, seq, body, meta, time } = op
  const own = source === null ? {} : { src: source, seq: seq! }
  const m = options?.metadata ? { m: meta === null ? { ts: time } : JSON.parse(meta) } : {}
  return { ...own, v: version - 1, ...JSON.parse(body), ...m }
}

function metaOf(document: Document): Record<string, unknown> | undefined {
  return document.meta === null ? undefined : JSON.parse(document.meta)
}

/** ShareDB's stock types change their documents in place, so nothing of ours is lent to them. */
function clone(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** Calls back outside the promise, so that what the callback throws is not taken for a failure of ours. */
function answer<T>(work: Promise<T>, callback: Done<T>): void {
  work.then(
    (value) => process.nextTick(callback, null, value),
    (error) => process.nextTick(callback, error),
  )
}
