import { CollabError } from '../../ot/errors.ts'
import { type Change, LoggedOp } from '../../ot/logged-op.ts'
import { letter } from '../../ot/types.ts'
import { NOTHING } from '../doc/step.ts'
import type { Snapshot } from '../doc/types.ts'
import type { ForeignOp } from '../store/foreign-log.ts'

/** A document of the other database cannot be taken over. The message is a clause: "its version 2 is missing". */
export class HistoryFault extends Error {
  override readonly name = 'HistoryFault'
}

/** The document is of another kind: json0, say. */
export class NotALetter extends Error {
  override readonly name = 'NotALetter'
}

export interface HistoryRules {
  /** Milliseconds since 1970: no op is later. */
  readonly now: number
  /** A letter that was created without a newline at its end gets one, there and then. */
  readonly addFinalNewline: boolean
}

/**
 * The history of one document of a stock ShareDB backend, taken op by op and turned into ops of ours.
 *
 * Each keeps its version, its effect, its source and its seq. It is checked as an op from outside would be, and
 * rewritten in canonical form, so that the history can be replayed, rolled back and transformed over like any other. A
 * stock backend checks nothing, so what it stored may be nonsense; then the history ends there, with a fault.
 */
export class StockHistory {
  readonly #rules: HistoryRules
  readonly #seen = new Set<string>()
  #at: Snapshot = NOTHING
  #time = 0
  #lastText: unknown = null

  constructor(rules: HistoryRules) {
    this.#rules = rules
  }

  /** The document after the ops taken so far. */
  get at(): Snapshot {
    return this.#at
  }

  /** What the document held when it last existed; null when it never did. */
  get lastText(): unknown {
    return this.#lastText
  }

  /** @throws HistoryFault, NotALetter; the history is of no use then */
  take(row: ForeignOp): LoggedOp {
    const version = this.#at.version + 1
    if (row.version !== version) throw fault(version, 'is missing')
    const operation = record(row.operation)
    if (operation === null) throw fault(version, 'is not an op')
    try {
      const { change, after } = this.#step(operation, version)
      this.#at = after
      if (after.type !== null) this.#lastText = after.data
      return new LoggedOp(
        {
          version,
          body: JSON.stringify(change),
          author: null,
          origin: 'import',
          time: this.#timeOf(operation),
          ...this.#nameOf(operation),
        },
        change as Change, // but for the bare version, which applyLogged knows
      )
    } catch (error) {
      if (error instanceof CollabError) throw fault(version, `cannot be taken over: ${reason(error)}`, error)
      throw error
    }
  }

  #step(operation: Record<string, unknown>, version: number): { change: object; after: Snapshot } {
    const { type, data } = this.#at
    if (operation.create !== undefined) {
      if (type !== null) throw fault(version, 'creates a document that exists')
      const created = this.#create(operation.create)
      return {
        change: { create: { type: letter.uri, data: created } },
        after: { version, type: letter.uri, data: created },
      }
    }
    if (operation.del !== undefined) {
      return { change: { del: true }, after: { version, type: null, data: undefined } }
    }
    // ShareDB stores an op that was emptied on its way as a bare version.
    if (!('op' in operation)) return { change: {}, after: { ...this.#at, version } }
    if (type === null) throw fault(version, 'edits a document that does not exist')
    const parsed = letter.parseOp(operation.op)
    const op = letter.settle?.(data, parsed) ?? parsed
    return { change: { op }, after: { version, type, data: letter.apply(data, op) } }
  }

  #create(create: unknown): unknown {
    const { type, data } = record(create) ?? {}
    if (type !== letter.uri && type !== letter.name) throw new NotALetter(kindOf(type))
    return letter.parseCreate(this.#rules.addFinalNewline ? withFinalNewline(data) : data)
  }

  /** Clocks differ between nodes and go back; time in a document does not. */
  #timeOf({ m }: Record<string, unknown>): number {
    const ts = record(m)?.ts
    const known = Number.isSafeInteger(ts) && (ts as number) > 0 ? Math.min(ts as number, this.#rules.now) : 0
    this.#time = Math.max(this.#time, known)
    return this.#time
  }

  /**
   * A stock backend stores an op twice when it is resent after catching up. Here a source and seq happen once: the
   * second op stays, without them, and they are kept beside it.
   */
  #nameOf({ src, seq }: Record<string, unknown>): Pick<LoggedOp, 'source' | 'seq' | 'meta'> {
    if (typeof src !== 'string' || src === '' || !Number.isSafeInteger(seq)) {
      return { source: null, seq: null, meta: null }
    }
    const name = `${seq} ${src}`
    if (this.#seen.has(name)) {
      return { source: null, seq: null, meta: JSON.stringify({ resent: { src, seq } }) }
    }
    this.#seen.add(name)
    return { source: src, seq: seq as number, meta: null }
  }
}

/**
 * How two copies of a letter are compared: byte for byte, after both were written in one way.
 *
 * @throws CollabError when `data` is no letter
 */
export function canonicalText(data: unknown): string {
  return JSON.stringify(letter.parseCreate(data))
}

/** `data` of a letter in any of its forms, ending with a newline. What is no letter is left for the grammar to refuse. */
export function withFinalNewline(data: unknown): unknown {
  const list = Array.isArray(data) ? data : (record(data)?.ops ?? [])
  if (!Array.isArray(list)) return data
  const last: unknown = record(list.at(-1))?.insert
  if (typeof last === 'string' && last.endsWith('\n')) return data
  return [...list, { insert: '\n' }]
}

/** Is that type, as a snapshot names it, the one of letters? */
export function isLetter(type: string): boolean {
  return type === letter.uri || type === letter.name
}

/** The last part of a type's URI says enough. */
export function kindOf(type: unknown): string {
  return typeof type === 'string' ? (/([^/]+)(?:\/v?\d+)?$/.exec(type)?.[1] ?? type) : 'of no type'
}

/** What can be done about it, where something can. */
function reason({ message, data }: CollabError): string {
  return data.rule === 'L7.2' ? `${message}; --add-final-newline gives it one` : message
}

function fault(version: number, what: string, cause?: unknown): HistoryFault {
  return new HistoryFault(`its version ${version} ${what}`, { cause })
}

function record(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return value as Record<string, unknown> // an object that is no array has properties by name
}
