import { strict as assert } from 'node:assert'
import { CollabError, unavailable } from '../../ot/errors.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { DbError } from './db.ts'
import { type Chunk, isAboutAnOp, isResend, type OpLog } from './op-log.ts'

/** How long the outcome of a commit is looked for. A database that has hung for a whole statement is likely to hang still. */
const READ_BACK_MS = 2_000

/**
 * Commits accepted ops in batches, so that one transaction and one fsync serve many ops of many documents.
 *
 * Nothing waits on purpose: when idle, an op leaves at once, with what is handed over in the same stretch; while a
 * transaction is in flight, ops gather, and leave together when it ends. Load makes batches larger, not later. A batch
 * is bounded by `maxOps` and `maxBytes`; what does not fit opens the next one. (The embedded database runs in this
 * thread and costs 0.4 ms a statement, whatever its size: there, `gatherMs` holds the first op back for a moment.)
 *
 * States
 *   idle      nothing waiting, nothing in flight
 *   gathering ops wait for the stretch to end, or for `gatherMs` to pass
 *   flushing  one transaction in flight; new ops gather for the next
 *   closed    close() was called: what had gathered is flushed, nothing more is accepted
 *
 * Invariants
 *   - at most one transaction is in flight per committer;
 *   - ops of one document are committed in the order they were accepted;
 *   - a document's ops in one transaction land all or none, and the ops gathered behind a chunk that did not
 *     land go back with it, because they build on it;
 *   - a writer hears of its ops only after the outcome is known; when the connection broke during the commit
 *     the outcome is read back by (source, seq) first (rule S6).
 */
export class GroupCommit {
  readonly #log: CommitLog
  readonly #maxOps: number
  readonly #maxBytes: number
  readonly #gatherMs: number
  #state: 'idle' | 'gathering' | 'flushing' = 'idle'
  #isClosed = false
  /** Ops that wait, by writer, in the order the writers came. */
  #gathered = new Map<Writer, Accepted[]>()
  #whenIdle: (() => void)[] = []

  constructor(log: CommitLog, options: { maxOps?: number; maxBytes?: number; gatherMs?: number } = {}) {
    this.#log = log
    this.#maxOps = options.maxOps ?? 2_000
    this.#maxBytes = options.maxBytes ?? 4 * 1024 * 1024
    this.#gatherMs = options.gatherMs ?? 0
  }

  /** Hands over an op that follows the writer's previous one. The writer is told of the outcome. */
  commit(writer: Writer, op: LoggedOp, meta: string | null = null): void {
    if (this.#isClosed)
      throw new CollabError('server/closing', 'This server is shutting down. Connect again.')
    const waiting = this.#gathered.get(writer)
    if (waiting) waiting.push({ op, meta })
    else this.#gathered.set(writer, [{ op, meta }])
    if (this.#state === 'idle') this.#wake()
  }

  /** Flushes what has gathered, accepts nothing more, and resolves when nothing is in flight. */
  close(): Promise<void> {
    this.#isClosed = true
    if (this.#state === 'idle') return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  #wake(): void {
    assert.equal(this.#state, 'idle')
    this.#state = 'gathering'
    // What is handed over in one stretch leaves together.
    if (this.#gatherMs === 0) queueMicrotask(() => void this.#flush())
    else setTimeout(() => void this.#flush(), this.#gatherMs)
  }

  async #flush(): Promise<void> {
    assert.notEqual(this.#state, 'flushing')
    this.#state = 'flushing'
    const batch = this.#takeBatch()
    await this.#append(batch)
    this.#state = 'idle'
    if (this.#gathered.size > 0) return this.#wake()
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  /** Moves what fits into a batch. A document whose ops do not all fit leaves the rest, in order. */
  #takeBatch(): Map<Writer, Accepted[]> {
    const batch = new Map<Writer, Accepted[]>()
    let ops = 0
    let bytes = 0
    for (const [writer, waiting] of this.#gathered) {
      let taken = 0
      while (taken < waiting.length && (ops === 0 || (ops < this.#maxOps && bytes < this.#maxBytes))) {
        bytes += waiting[taken]!.op.body.length
        ops++
        taken++
      }
      if (taken > 0) batch.set(writer, waiting.splice(0, taken))
      if (waiting.length === 0) this.#gathered.delete(writer)
      else break
    }
    return batch
  }

  /** Never rejects: every writer of the batch is told what became of its ops. */
  async #append(batch: ReadonlyMap<Writer, Accepted[]>): Promise<void> {
    let won: ReadonlySet<number>
    try {
      won = await this.#log.append([...batch].map(([writer, accepted]) => chunkOf(writer, accepted)))
    } catch (error) {
      if (isAboutAnOp(error) && batch.size > 1) {
        // Nothing has landed. One document at a time, the op at fault stops only its own document.
        for (const [writer, accepted] of batch) await this.#append(new Map([[writer, accepted]]))
      } else if (isResend(error)) {
        for (const [writer, accepted] of batch) this.#goBack(writer, accepted, 'resent')
      } else if (error instanceof DbError && error.kind === 'unknown') {
        await this.#readBack(batch, error)
      } else {
        for (const [writer, accepted] of batch) this.#fail(writer, accepted, unavailable(error))
      }
      return
    }
    for (const [writer, accepted] of batch) {
      if (won.has(writer.document)) writer.committed(accepted.map(({ op }) => op))
      else this.#goBack(writer, accepted, 'raced')
    }
  }

  /**
   * The connection broke while the transaction ran. What the log holds by now has been committed; of the rest
   * nobody can say whether the server is still at it, so it fails as a fault of ours: its senders resend, and
   * the log's unique key answers them. So they do when the log does not say soon.
   */
  async #readBack(batch: ReadonlyMap<Writer, Accepted[]>, cause: DbError): Promise<void> {
    let found: ReadonlyMap<number, readonly LoggedOp[]>
    try {
      found = await this.#readSince(batch)
    } catch (error) {
      for (const [writer, accepted] of batch) this.#fail(writer, accepted, unavailable(error))
      return
    }
    for (const [writer, accepted] of batch) {
      // All of them, word for word. The last one alone says nothing: its sender may have sent it to another node as
      // well, which put it at the same version, behind ops of its own.
      const stored = found.get(writer.document)!
      const isThere = accepted.every(({ op }, index) => op.source !== null && isSame(op, stored[index]))
      if (isThere) writer.committed(accepted.map(({ op }) => op))
      else this.#fail(writer, accepted, unavailable(cause))
    }
  }

  /** What the log holds after what each writer knew to be durable. */
  async #readSince(batch: ReadonlyMap<Writer, Accepted[]>): Promise<Map<number, LoggedOp[]>> {
    const wanted = [...batch].map(([{ document }, [first]]) => ({
      document,
      after: first!.op.version - 1,
      to: null,
    }))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`the log did not say within ${READ_BACK_MS} ms what had become of a commit`)
      timer = setTimeout(() => reject(error), READ_BACK_MS)
    })
    try {
      return await Promise.race([this.#log.readMany(wanted), late])
    } finally {
      clearTimeout(timer)
    }
  }

  #goBack(writer: Writer, accepted: readonly Accepted[], reason: 'raced' | 'resent'): void {
    writer.wentBack(
      [...accepted, ...this.#withdraw(writer)].map(({ op }) => op),
      reason,
    )
  }

  #fail(writer: Writer, accepted: readonly Accepted[], error: CollabError): void {
    writer.failed(
      [...accepted, ...this.#withdraw(writer)].map(({ op }) => op),
      error,
    )
  }

  #withdraw(writer: Writer): Accepted[] {
    const waiting = this.#gathered.get(writer) ?? []
    this.#gathered.delete(writer)
    return waiting
  }
}

/** What a committer asks of the op log. */
export type CommitLog = Pick<OpLog, 'append' | 'readMany'>

/** Who hands ops over: a resident document. It is told once of each op, in order, all of a batch together. */
export interface Writer {
  readonly document: number
  /** The ops are durable. */
  committed(ops: readonly LoggedOp[]): void
  /**
   * The ops are not in the log, though nothing is wrong with them: another node was faster (`raced`), or one of
   * them is in the log already (`resent`). `ops` are all that were handed over and not committed.
   */
  wentBack(ops: readonly LoggedOp[], reason: 'raced' | 'resent'): void
  /** The database failed; whether it holds the ops is not known. `ops` as for `wentBack`. */
  failed(ops: readonly LoggedOp[], error: CollabError): void
}

interface Accepted {
  readonly op: LoggedOp
  readonly meta: string | null
}

function chunkOf(writer: Writer, accepted: readonly Accepted[]): Chunk {
  const ops = accepted.map(({ op }) => op)
  const meta = accepted.reduce<string | null>((newest, item) => item.meta ?? newest, null)
  return { document: writer.document, expected: ops[0]!.version - 1, ops, meta }
}

function isSame(op: LoggedOp, stored: LoggedOp | undefined): boolean {
  return op.source === stored?.source && op.seq === stored.seq && op.body === stored.body
}
