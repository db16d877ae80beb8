/** A schedule that kept every promise, small enough to be forged in one place at a time. */

import { letter } from '../../../ot/letter.ts'
import type { Evidence, LetterEvidence, LoggedRow } from '../../../scripts/torture/check/evidence.ts'
import { type Entry, type Ledger, tokenOf } from '../../../scripts/torture/check/ledger.ts'
import { replay } from '../../../scripts/torture/check/replayed.ts'

export const LETTER = '11111111-1111-4111-8111-111111111111'
export const ADA = 'ada'
export const BEN = 'ben'
/** Of Ada; the second one takes two code units. */
export const [FIRST, SECOND] = [tokenOf(0, 0), tokenOf(0, 1)]
/** Of Ben, who takes out what Ada wrote first. */
export const THIRD = tokenOf(1, 0)

type Unplaced = Entry extends infer E ? (E extends Entry ? Omit<E, 'at' | 'letter'> : never) : never

export function at(ms: number, entry: Unplaced): Entry {
  return { at: ms, letter: LETTER, ...entry } as Entry // the spread of a union is no member of it to the compiler
}

function row(version: number, source: string | null, author: string | null, change: object): LoggedRow {
  return {
    version,
    source,
    seq: source === null ? null : version,
    author,
    time: version,
    body: JSON.stringify(change),
  }
}

const LOG: readonly LoggedRow[] = [
  row(1, null, ADA, { create: { type: letter.uri, data: { ops: [{ insert: '\n' }] } } }),
  row(2, 'a', ADA, { op: { ops: [{ insert: `${FIRST} and ${SECOND}` }] } }),
  row(3, 'b', BEN, { op: { ops: [{ insert: THIRD }, { delete: 1 }] } }),
]

function ledgers(): Ledger[] {
  return [
    {
      ...{ client: 'client 0', member: ADA, wasKilled: false },
      entries: [
        at(0, { what: 'subscribed' }),
        at(10, { what: 'submitted', tokens: [FIRST, SECOND], deleted: [] }),
        at(11, { what: 'sent', source: 'a', seq: 2, tokens: [FIRST, SECOND] }),
        at(20, { what: 'acked', source: 'a', seq: 2, version: 2 }),
        at(20, { what: 'heard', version: 2 }),
        at(45, { what: 'heard', version: 3 }),
      ],
    },
    {
      ...{ client: 'client 1', member: BEN, wasKilled: false },
      entries: [
        at(0, { what: 'subscribed' }),
        at(25, { what: 'heard', version: 2 }),
        at(30, { what: 'submitted', tokens: [THIRD], deleted: [FIRST] }),
        at(31, { what: 'sent', source: 'b', seq: 3, tokens: [THIRD] }),
        at(40, { what: 'acked', source: 'b', seq: 3, version: 3 }),
        at(40, { what: 'heard', version: 3 }),
      ],
    },
  ]
}

export interface Forgery {
  /** In place of the log; what clients and nodes show stays as it was. */
  readonly log?: readonly LoggedRow[]
  readonly letter?: Partial<LetterEvidence>
  /** Of that client, in place of its own. */
  readonly ledger?: readonly [client: number, change: (ledger: Ledger) => Ledger]
  readonly rest?: Partial<Evidence>
}

export function evidence({ log = LOG, letter: changed, ledger, rest }: Forgery = {}): Evidence {
  const { content, version } = replay(LOG, [])
  const copies = ['client 0', 'client 1', 'node 0'].map((by) => ({ by, version, content }))
  const stored = { by: 'the stored copy', version: 2, content: replay(LOG.slice(0, 2), []).content }
  return {
    letters: [{ id: LETTER, log, head: 3, stored, copies, ...changed }],
    ledgers: ledgers().map((own, n) => (ledger?.[0] === n ? ledger[1](own) : own)),
    ...{ at: 5_000, excuses: [], unhealed: [], unscheduledExits: [], complaints: [], memory: [100_000_000] },
    ...rest,
  }
}

/** The log with one row changed, or left out when there is nothing in its place. */
export function logWith(version: number, change: Partial<LoggedRow> | null): LoggedRow[] {
  return LOG.flatMap((row) =>
    row.version !== version ? [row] : change === null ? [] : [{ ...row, ...change }],
  )
}

export function logAnd(more: Partial<LoggedRow>): LoggedRow[] {
  return [...LOG, { ...LOG.at(-1)!, version: 4, ...more }]
}

export function withEntries(
  change: (entries: readonly Entry[]) => readonly Entry[],
): (ledger: Ledger) => Ledger {
  return (ledger) => ({ ...ledger, entries: change(ledger.entries) })
}
