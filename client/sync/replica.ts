/**
 * One letter as one tab has it: what the server confirmed, what is on its way, what waits, and what is shown.
 *
 * A pure state machine. Everything that happens to a letter is an event, `step` is the only function that makes a replica of a
 * replica, and the same events always make the same one. So the queue is kept on the device as a replica and the events since
 * (outbox.ts), and a tab that comes back is where the last one was.
 *
 * States (`stateOf`)
 *   synchronised          the server has everything
 *   waiting               there are edits, and none of them was given to the server: offline, or being kept on the device
 *   awaiting              one op was given to the server, and its acknowledgement is due
 *   awaiting-with-buffer  the same, and more was written since
 *
 * Invariants
 *   - shown = confirmed, then sent, then what waits, in order; each is made against the letter after the one before it;
 *   - `sent` keeps its source and seq until it is acknowledged or refused, whatever happens in between (rule S4);
 *   - nothing is composed into what was sent;
 *   - ops of others are taken in version by version, without a gap.
 */
import { compose, transform } from '../../ot/algebra.ts'
import type { Component, Insert } from '../../ot/component.ts'
import { applyToLetter } from '../../ot/fit.ts'
import { letter } from '../../ot/letter.ts'
import { rememberLength } from '../../ot/letter-length.ts'

/** A list of components, never changed. */
export type Op = readonly Component[]

/** An op of ours that the server has not acknowledged. */
export interface Unconfirmed {
  readonly op: Op
  /** How many edits that is to a person, at least 1. */
  readonly edits: number
  /** The first of them began in the op before this one. */
  readonly continues: boolean
}

/** The same, given to the server under a name that makes it happen once. */
export interface Sent extends Unconfirmed {
  readonly source: string
  readonly seq: number
}

/** What has to be known to be where a tab was. */
export interface Checkpoint {
  readonly version: number
  readonly confirmed: readonly Insert[]
  readonly sent: Sent | null
  readonly waiting: readonly Unconfirmed[]
}

export interface Replica extends Checkpoint {
  readonly shown: readonly Insert[]
}

export type ReplicaEvent =
  /** The person wrote something: `op` is made on what is shown. */
  | {
      readonly kind: 'typed'
      readonly op: Op
      /** It goes into the last op that waits. Who decides it keeps ops within their limits. */
      readonly joins: boolean
      /** It goes on with the edit before it, which was made less than a moment ago. */
      readonly continues: boolean
    }
  /** The oldest op that waits is about to be given to the server. */
  | { readonly kind: 'sends'; readonly source: string; readonly seq: number }
  /**
   * Ops of others made the next versions. What waits is taken past all of them at once, which is a hundred times cheaper than one
   * after the other when both are many. (Past what was sent they go one by one, as they do on the server: transforming over a
   * composed op may come out differently.)
   */
  | { readonly kind: 'heard'; readonly ops: readonly Op[] }
  /** What was sent made the next version; `fixups` is what the server added to it. */
  | { readonly kind: 'acked'; readonly fixups: readonly Op[] }
  /** The server will never take what was sent: it is taken out, and what waits stays. */
  | { readonly kind: 'refused' }

/** A replica, and what its last event did to what is shown; null when that is nothing, or was there before. */
export interface Stepped {
  readonly replica: Replica
  readonly shows: Op | null
}

export type ReplicaState = 'synchronised' | 'waiting' | 'awaiting' | 'awaiting-with-buffer'

export function stateOf({ sent, waiting }: Checkpoint): ReplicaState {
  if (sent === null) return waiting.length === 0 ? 'synchronised' : 'waiting'
  return waiting.length === 0 ? 'awaiting' : 'awaiting-with-buffer'
}

/** Everything unconfirmed, the oldest first. */
export function queueOf({ sent, waiting }: Checkpoint): readonly Unconfirmed[] {
  return sent === null ? waiting : [sent, ...waiting]
}

/** How many edits that is to a person; 0 only when everything is confirmed. */
export function editsIn(checkpoint: Checkpoint): number {
  const queue = queueOf(checkpoint)
  // An edit that runs on from one op into the next counts once.
  return queue.reduce((sum, { edits, continues }, i) => sum + edits - (continues && i > 0 ? 1 : 0), 0)
}

/** The replica of a letter in which nothing was written yet. */
export function fresh(version: number, confirmed: readonly Insert[]): Replica {
  return { version, confirmed, sent: null, waiting: [], shown: confirmed }
}

export function resumed(checkpoint: Checkpoint): Replica {
  const { version, confirmed, sent, waiting } = checkpoint
  let shown = confirmed
  for (const { op } of queueOf(checkpoint)) shown = applied(shown, op)
  return { version, confirmed, sent, waiting, shown }
}

/** @throws CollabError op/does-not-fit, and an error when the event cannot happen to this replica */
export function step(replica: Replica, event: ReplicaEvent): Stepped {
  switch (event.kind) {
    case 'typed':
      return { replica: typed(replica, event), shows: null }
    case 'sends': {
      const [next, ...waiting] = replica.waiting
      if (replica.sent !== null || next === undefined) throw impossible(replica, event)
      const { source, seq } = event
      return { replica: { ...replica, sent: { ...next, source, seq }, waiting }, shows: null }
    }
    case 'heard':
      return heard(replica, event)
    case 'acked':
      return acked(replica, event)
    case 'refused': {
      if (replica.sent === null) throw impossible(replica, event)
      const { confirmed, sent, version } = replica
      const undo = letter.invert({ ops: sent.op }, { ops: confirmed }) as { ops: Op }
      const crossed = cross(replica.waiting, undo.ops)
      const shown = applied(replica.shown, crossed.op)
      return { replica: { version, confirmed, sent: null, waiting: crossed.queue, shown }, shows: crossed.op }
    }
  }
}

/** The replica after many events. */
export function replay(replica: Replica, events: Iterable<ReplicaEvent>): Replica {
  let now = replica
  for (const event of events) now = step(now, event).replica
  return now
}

/** The letter after an op on it, whose length is known from now on. */
export function applied(before: readonly Insert[], op: Op): readonly Insert[] {
  const after = applyToLetter(before, op)
  rememberLength(after, before, op)
  return after
}

function typed(replica: Replica, event: ReplicaEvent & { kind: 'typed' }): Replica {
  const { op, joins, continues } = event
  const shown = applied(replica.shown, op)
  const last = replica.waiting.at(-1)
  if (!joins) return { ...replica, shown, waiting: [...replica.waiting, { op, edits: 1, continues }] }
  if (last === undefined) throw impossible(replica, event)
  const joined = { ...last, op: compose(last.op, op), edits: last.edits + (continues ? 0 : 1) }
  return { ...replica, shown, waiting: [...replica.waiting.slice(0, -1), joined] }
}

function heard(replica: Replica, { ops }: ReplicaEvent & { kind: 'heard' }): Stepped {
  let { confirmed } = replica
  let sent = replica.sent === null ? [] : [replica.sent]
  let together: Op = []
  for (const op of ops) {
    confirmed = applied(confirmed, op)
    const crossed = cross(sent, op)
    sent = crossed.queue
    together = compose(together, crossed.op)
  }
  const { queue: waiting, op: shows } = cross(replica.waiting, together)
  const shown = applied(replica.shown, shows)
  const version = replica.version + ops.length
  return { replica: { version, confirmed, sent: sent[0] ?? null, waiting, shown }, shows }
}

function acked(replica: Replica, event: ReplicaEvent & { kind: 'acked' }): Stepped {
  if (replica.sent === null) throw impossible(replica, event)
  let { shown, waiting } = replica
  let confirmed = applied(replica.confirmed, replica.sent.op)
  let shows: Op | null = null
  for (const fixup of event.fixups) {
    confirmed = applied(confirmed, fixup)
    const crossed = cross(waiting, fixup)
    waiting = crossed.queue
    shown = applied(shown, crossed.op)
    shows = shows === null ? crossed.op : compose(shows, crossed.op)
  }
  return { replica: { version: replica.version + 1, confirmed, sent: null, waiting, shown }, shows }
}

/**
 * Takes an op that comes first past a queue: the queue as it is after the op, and the op as it is after the queue. Where both
 * insert at one place the op stands first, as the server has it.
 */
function cross<U extends Unconfirmed>(queue: readonly U[], op: Op): { queue: U[]; op: Op } {
  let crossing = op
  const crossed = queue.map((entry) => {
    const moved = { ...entry, op: transform(entry.op, crossing, true) }
    crossing = transform(crossing, entry.op, false)
    return moved
  })
  return { queue: crossed, op: crossing }
}

function impossible(replica: Replica, event: ReplicaEvent): Error {
  return new Error(`“${event.kind}” cannot happen to a replica that is ${stateOf(replica)}`)
}
