/**
 * I13: whoever hears what is new has heard of every acknowledged op two seconds later, or two seconds after there was an
 * excuse at last. A reader that goes before that has until it is back.
 */

import type { Evidence, Excuse } from './evidence.ts'
import type { Entry, Ledger } from './ledger.ts'

export const BOUND_MS = 2_000

export function staleReaders({ ledgers, excuses, at }: Evidence): string[] {
  return ledgers.flatMap((reader) => {
    const own = excuses.filter(({ client }) => client === null || client === reader.client)
    const end = reader.wasKilled ? (reader.entries.at(-1)?.at ?? 0) : at
    const letters = new Set(reader.entries.map(({ letter }) => letter))
    return [...letters].flatMap((letter) => staleReader({ reader, letter, ledgers, excuses: own, end }))
  })
}

interface Reading {
  readonly reader: Ledger
  readonly letter: string
  readonly ledgers: readonly Ledger[]
  readonly excuses: readonly Excuse[]
  /** Until when it may still have heard of something. */
  readonly end: number
}

/** Of many ops a reader has missed, the first one that was late is told. */
function staleReader({ reader, letter, ledgers, excuses, end }: Reading): string[] {
  const seen = reader.entries.filter((entry) => entry.letter === letter)
  const acks = ledgers
    .flatMap(({ entries }) => entries)
    .filter((entry) => entry.letter === letter && entry.what === 'acked')
  let latest = 0
  let worst = ''
  for (const ack of acks) {
    // The filter has left no other kind.
    const lateMs = lateness(seen, ack as Extract<Entry, { what: 'acked' }>, excuses, end)
    if (lateMs <= latest) continue
    latest = lateMs
    worst = `${reader.client} was ${Math.round(lateMs)} ms behind version ${(ack as { version: number }).version} of letter ${letter}`
  }
  return latest > BOUND_MS ? [worst] : []
}

/** How long the reader had been well, and without the op, when it heard of it or was not well any more. */
function lateness(
  seen: readonly Entry[],
  ack: Extract<Entry, { what: 'acked' }>,
  excuses: readonly Excuse[],
  end: number,
): number {
  let worst = 0
  /** Since when it ought to have heard of the op; null while it hears nothing. */
  let since: number | null = null
  for (const entry of seen) {
    if (entry.what === 'heard' && entry.version >= ack.version) {
      return since === null ? worst : Math.max(worst, waited(Math.max(since, ack.at), entry.at, excuses))
    }
    if (entry.what === 'closed') {
      if (since !== null) worst = Math.max(worst, waited(Math.max(since, ack.at), entry.at, excuses))
      since = null
    }
    if (entry.what === 'subscribed') since ??= entry.at
  }
  return since === null ? worst : Math.max(worst, waited(Math.max(since, ack.at), end, excuses))
}

/** The longest stretch between two moments in which there was no excuse. */
function waited(from: number, to: number, excuses: readonly Excuse[]): number {
  let longest = 0
  let since = from
  for (const excuse of [...excuses].sort((a, b) => a.from - b.from)) {
    if (excuse.to <= since || excuse.from >= to) continue
    longest = Math.max(longest, excuse.from - since)
    since = Math.max(since, excuse.to)
  }
  return Math.max(longest, to - since)
}
