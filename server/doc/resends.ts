import type { LoggedOp } from '../../ot/logged-op.ts'
import type { OpLog } from '../store/op-log.ts'
import type { RecentOps } from './recent-ops.ts'
import type { Turn } from './turn.ts'

/**
 * Tells an op that was sent before from a new one (rule S4), whatever its base version.
 *
 * A client sends the ops of a source in the order of their seqs, so a seq above the greatest one known is new,
 * without a look at the log. Below it, the op is searched for in memory, then in the log. The log's unique key
 * stands behind this: what is known here may be out of date when two nodes write one document.
 */
export class Resends {
  readonly #log: Pick<OpLog, 'lastSeq' | 'versionOf'>
  readonly #recent: RecentOps
  /** Greatest seq handed over or found in the log, by source; a source that is not here must be looked up. */
  readonly #lastSeq = new Map<string, number>()

  constructor(log: Pick<OpLog, 'lastSeq' | 'versionOf'>, recent: RecentOps) {
    this.#log = log
    this.#recent = recent
  }

  /** What must be read from the log before the question can be answered; null when nothing. */
  lookUp(document: number, turn: Turn): Promise<void> | null {
    const { source, seq } = turn.submission
    const last = this.#lastSeq.get(source)
    if (last === undefined) {
      return this.#log.lastSeq(document, source).then((found) => void this.#lastSeq.set(source, found))
    }
    if (seq > last || turn.first !== undefined || this.#recent.find(source, seq) !== null) return null
    return this.#log.versionOf(document, source, seq).then((version) => {
      turn.first = version
    })
  }

  /** The version the op produced when it was sent first; null when it is new. Ask `lookUp` before. */
  firstVersion({ submission, first }: Turn): number | null {
    const { source, seq } = submission
    if (seq > this.#lastSeq.get(source)!) return null
    return this.#recent.find(source, seq)?.version ?? first ?? null
  }

  /** The op was handed to the log. */
  noteOwn({ source, seq }: LoggedOp): void {
    if (source !== null) this.#lastSeq.set(source, Math.max(seq!, this.#lastSeq.get(source) ?? 0))
  }

  /** The op was read from the log, which need not be the last one of its source. */
  noteRead({ source, seq }: LoggedOp): void {
    const last = source === null ? undefined : this.#lastSeq.get(source)
    if (last !== undefined) this.#lastSeq.set(source!, Math.max(seq!, last))
  }

  /** The op is not in the log as it was handed over, so what is known of its source is in doubt. */
  forget({ source }: LoggedOp): void {
    if (source !== null) this.#lastSeq.delete(source)
  }
}
