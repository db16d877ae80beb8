/** How long people had to wait, as their ledgers tell, whatever else was done to the service meanwhile. */

import type { Entry, Ledger } from './ledger.ts'

/** Something that was done to the service, ms since 1970. */
export interface Inflicted {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** A client that had no line for a while, because a person went away. */
export interface Absent {
  readonly client: string
  readonly from: number
  readonly to: number
}

export interface Recoveries {
  /**
   * From the moment a node was killed until a client of it was back on another one, had everything that was acknowledged before,
   * and had acknowledged what it was waiting for.
   */
  readonly nodeKill: readonly number[]
  /** From the moment Postgres took connections again until a client that wrote had an acknowledgement. */
  readonly postgresRestart: readonly number[]
}

/** A socket to a killed node is reset at once. */
const CLOSES_MS = 500
/** Who goes away this soon afterwards did not wait. */
const SOON_MS = 3_000

export function recoveriesOf(
  ledgers: readonly Ledger[],
  inflicted: readonly Inflicted[],
  absent: readonly Absent[],
): Recoveries {
  const here = (fault: Inflicted) =>
    ledgers.filter(({ client }) => !absent.some((away) => away.client === client && disturbs(away, fault)))
  const each = (name: string, of: (fault: Inflicted, ledger: Ledger) => number[]) =>
    inflicted
      .filter((fault) => fault.name === name)
      .flatMap((fault) => here(fault).flatMap((ledger) => of(fault, ledger)))
  return {
    nodeKill: each('node killed', (fault, ledger) => backAfterKill(fault, ledger, ledgers)),
    postgresRestart: each('Postgres restarted', ({ to }, { entries }) => {
      const acked = entries.find(({ what, at }) => what === 'acked' && at >= to)
      return acked === undefined ? [] : [acked.at - to]
    }),
  }
}

function disturbs(other: Absent, fault: Inflicted): boolean {
  return other.from < fault.to + SOON_MS && other.to > fault.from - CLOSES_MS
}

function backAfterKill({ from }: Inflicted, { entries }: Ledger, ledgers: readonly Ledger[]): number[] {
  const letters = new Set(entries.map(({ letter }) => letter))
  return [...letters].flatMap((letter) => {
    const own = entries.filter((entry) => entry.letter === letter)
    const closed = own.find(({ what, at }) => what === 'closed' && at >= from && at <= from + CLOSES_MS)
    if (closed === undefined) return []
    const back = own.find(({ what, at }) => what === 'subscribed' && at > closed.at)
    if (back === undefined) return []
    const head = headAt(from, letter, ledgers)
    const level = own.find((entry) => entry.what === 'heard' && entry.version >= head)
    const waiting = own.findLast((entry) => entry.what === 'sent' && entry.at < from) as Sent | undefined
    const answer = own.find(
      (entry) => entry.what === 'acked' && entry.source === waiting?.source && entry.seq === waiting.seq,
    )
    if (level === undefined || (waiting !== undefined && answer === undefined)) return []
    return [Math.max(back.at, level.at, answer?.at ?? 0) - from]
  })
}

type Sent = Extract<Entry, { what: 'sent' }>

/** The last version that was acknowledged to anybody by then. */
function headAt(at: number, letter: string, ledgers: readonly Ledger[]): number {
  let head = 0
  for (const entry of ledgers.flatMap(({ entries }) => entries)) {
    if (entry.what === 'acked' && entry.letter === letter && entry.at <= at)
      head = Math.max(head, entry.version)
  }
  return head
}
