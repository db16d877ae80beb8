/** What an op does to a document. Exactly one of the three. */
export type Change =
  | { readonly create: { readonly type: string; readonly data?: unknown } }
  | { readonly op: unknown }
  | { readonly del: true }

/** Why a machine made an op; null when a person did. */
export type Origin = 'rollback' | 'import' | 'worker'

/** The columns of an op in the log. */
export interface OpRecord {
  /** The version it produces; the first is 1. It applies to version - 1. */
  readonly version: number
  /** The change as JSON, as it is stored and sent. */
  readonly body: string
  readonly source: string | null
  readonly seq: number | null
  /** Member uuid, written by the server; null when a machine made it. */
  readonly author: string | null
  readonly origin: Origin | null
  /** Milliseconds since 1970, never decreasing within a document. */
  readonly time: number
  /** JSON object of what else is known: the `fixup` its author was sent, a stock backend's own metadata. */
  readonly meta: string | null
}

/**
 * An op in the log. It is serialised once, when it is accepted, and parsed only by those who look inside:
 * catching a reader up sends `body` as it is.
 */
export class LoggedOp implements OpRecord {
  readonly version: number
  readonly body: string
  readonly source: string | null
  readonly seq: number | null
  readonly author: string | null
  readonly origin: Origin | null
  readonly time: number
  readonly meta: string | null
  #change: Change | null

  /** @param change  what `body` parses to, when the caller has it; never mutated from here on */
  constructor(record: OpRecord, change: Change | null = null) {
    this.version = record.version
    this.body = record.body
    this.source = record.source
    this.seq = record.seq
    this.author = record.author
    this.origin = record.origin
    this.time = record.time
    this.meta = record.meta
    this.#change = change
  }

  get change(): Change {
    this.#change ??= JSON.parse(this.body) as Change // written by us
    return this.#change
  }
}
