/** What the bench asks of its generators, and what they answer. */

import type { Counts } from './histogram.ts'

export type Protocol = 'sharedb' | 'yjs'

export interface Target {
  readonly protocol: Protocol
  readonly host: string
  readonly port: number
}

/** A letter as it was when the load began. */
export interface Letter {
  readonly id: string
  /** Ops it had: a version of ShareDB's, or 0 for a server that does not number them. */
  readonly version: number
  /** UTF-16 code units, the final newline included. */
  readonly length: number
}

/** One editor, or reader: a socket with a person and a letter. */
export interface Seat {
  readonly letter: Letter
  readonly token: string
}

/**
 * `closed`: the next op leaves when the one before is acknowledged. `open`: so many a second, whether the server
 * keeps up or not; what has to wait for an acknowledgement counts its latency from the moment it was due.
 */
export type Pace = { readonly kind: 'closed' } | { readonly kind: 'open'; readonly opsPerSecond: number }

/** Each order, with its answer. */
export interface Orders {
  /** Opens sockets, `atOnce` at a time, beside those that are open. */
  open: [
    { readonly target: Target; readonly seats: readonly Seat[]; readonly atOnce: number },
    { readonly seconds: number },
  ]
  /** Lets everybody type. */
  type: [{ readonly pace: Pace }, null]
  /** Begins the window that is measured. */
  mark: [null, null]
  /** Ends the window, and the typing. */
  stop: [null, Window]
  /** Waits until every op on its way is acknowledged. */
  drain: [null, { readonly acknowledged: Readonly<Record<string, number>>; readonly outOfOrder: number }]
  /** Waits until everybody has received every op: `heads` holds the version of each letter. */
  level: [{ readonly heads: Readonly<Record<string, number>> }, null]
  /** Lets one editor of the letter type one op; answers when it was sent, by the clock of all processes. */
  typeOne: [{ readonly letter: string }, { readonly sentAt: number }]
  /** When each reader of the letter received the op of `typeOne`, by the same clock. */
  arrivals: [{ readonly letter: string; readonly head: number }, { readonly at: readonly number[] }]
  close: [null, null]
}

export type OrderName = keyof Orders

export interface Window {
  readonly seconds: number
  readonly ops: number
  /** Ops that were due and not acknowledged; 0 when the pace is closed. */
  readonly behind: number
  /** Ops that reached a socket, counted once per op and socket, their authors' included. */
  readonly deliveries: number
  readonly ack: Counts
  readonly propagation: Counts
  /** Share of one core that the generator itself took. */
  readonly cpuShare: number
}

export type Order = {
  [N in OrderName]: { readonly id: number; readonly name: N; readonly with: Orders[N][0] }
}[OrderName]
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string })
