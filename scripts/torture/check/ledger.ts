/**
 * What a client saw with its own eyes, one line for each event, in a file outside the system: what the service is held to
 * afterwards. Lines are in the file before the client goes on, so a client that is killed has told everything; a second
 * later at most they are on the disk.
 *
 * A token is one character nobody else ever writes, and which no op can split. Times are milliseconds since 1970, of the
 * one clock of this machine.
 */

import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'

export type Entry = { readonly at: number; readonly letter: string } & (
  | /** Put into the client's own text, with what it took out of it. */ {
      readonly what: 'submitted'
      readonly tokens: readonly string[]
      readonly deleted: readonly string[]
    }
  | /** Left for the server; again for a resend. */ {
      readonly what: 'sent'
      readonly source: string
      readonly seq: number
      readonly tokens: readonly string[]
    }
  | /** All that was submitted before this line is on the client's own device. */ { readonly what: 'kept' }
  | { readonly what: 'acked'; readonly source: string; readonly seq: number; readonly version: number }
  | { readonly what: 'refused'; readonly source: string; readonly seq: number; readonly code: string }
  /** Has everything up to this version. */
  | { readonly what: 'heard'; readonly version: number }
  /** Hears what is new from here on. */
  | { readonly what: 'subscribed' }
  | { readonly what: 'closed'; readonly code: number }
  /** Handed back to the person instead of being sent. */
  | { readonly what: 'draft'; readonly text: string }
)

export interface Ledger {
  readonly client: string
  /** UUID of the person it writes for. */
  readonly member: string
  /** Its process was killed: what was not on its device is nobody's fault. */
  readonly wasKilled: boolean
  readonly entries: readonly Entry[]
}

/** What a client wrote in a letter; `isOwed` when it must have come to the server, killed or not. */
export function submittedIn(
  { entries, wasKilled }: Ledger,
  letter: string,
): { readonly entry: Extract<Entry, { what: 'submitted' }>; readonly isOwed: boolean }[] {
  const lastKept = entries.findLastIndex((entry) => entry.letter === letter && entry.what === 'kept')
  return entries.flatMap((entry, i) =>
    entry.letter === letter && entry.what === 'submitted'
      ? [{ entry, isOwed: !wasKilled || i < lastKept }]
      : [],
  )
}

/** All characters that may be tokens: those Unicode gives to private use. */
const TOKEN = /[\ue000-\uf8ff\u{f0000}-\u{ffffd}]/gu
const BMP_TOKENS = 640
const BMP_WRITERS = 10
const ASTRAL_TOKENS = 4_000

export function tokensIn(text: string): string[] {
  return text.match(TOKEN) ?? []
}

/**
 * The nth token of a writer. Every other one takes two code units, as long as there are others.
 *
 * @param writer  0 to 15, one of those who write the same letters
 * @throws RangeError when the writer has used its tokens up
 */
export function tokenOf(writer: number, n: number): string {
  const half = Math.floor(n / 2)
  const isShort = n % 2 === 0 && writer < BMP_WRITERS && half < BMP_TOKENS
  if (isShort) return String.fromCodePoint(0xe000 + writer * BMP_TOKENS + half)
  if (n >= ASTRAL_TOKENS || writer > 15) throw new RangeError(`writer ${writer} has no token ${n}`)
  return String.fromCodePoint(0xf0000 + writer * 4_096 + n)
}

export class LedgerFile {
  readonly #file: number
  readonly #syncing: NodeJS.Timeout
  #isSynced = true
  #isClosed = false

  constructor(path: string) {
    this.#file = openSync(path, 'a')
    this.#syncing = setInterval(() => this.#sync(), 1_000)
  }

  /** What comes after the end is nobody's business: a socket may still say that it has closed. */
  write(entry: Entry): void {
    if (this.#isClosed) return
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
    this.#isSynced = false
  }

  close(): void {
    clearInterval(this.#syncing)
    this.#sync()
    this.#isClosed = true
    closeSync(this.#file)
  }

  #sync(): void {
    if (this.#isSynced) return
    fdatasyncSync(this.#file)
    this.#isSynced = true
  }
}

/** A line that was cut short by the end of its writer is the last one, and is left out. */
export function readLedger(path: string): Entry[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  lines.pop()
  return lines.map((line) => JSON.parse(line) as Entry) // written by LedgerFile
}
