import { CollabError } from '../../ot/errors.ts'
import { type Change, LoggedOp } from '../../ot/logged-op.ts'
import type { CheckedSubmission } from './step.ts'
import type { Outcome, Snapshot, Submission } from './types.ts'

/** An op that a stock ShareDB backend has transformed and applied itself. */
export interface ExactSubmission {
  readonly change: Change
  readonly base: number
  readonly source: string | null
  readonly seq: number | null
  readonly after: Snapshot
  /** JSON to keep with the op and with the head. */
  readonly meta: string | null
  readonly headMeta: string | null
}

/** A submission that waits for its turn, or has had it and waits for the log. */
export interface Turn extends CheckedSubmission {
  readonly submission: Submission
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
  /** The version a resend produced first: null when the log does not have it, undefined before it was asked. */
  first: number | null | undefined
  /** Ops between its base and the oldest in memory. */
  older: readonly LoggedOp[]
  /** The log was asked whether it has the version the op was made against. */
  hasCaughtUp: boolean
  /** Set for a stock backend's op: it is appended as it is, or not at all. */
  readonly exact: { readonly given: ExactSubmission; readonly refuse: () => void } | null
}

/** An op between its turn and the log's answer. */
export interface Pending {
  readonly turn: Turn
  readonly op: LoggedOp
  readonly after: Snapshot
  readonly fixup: unknown
  /** Turns whose answer stands and falls with this op: `duplicate` for its resends, `no-op` for what changes nothing after it. */
  readonly followers: { readonly turn: Turn; readonly kind: 'duplicate' | 'no-op' }[]
}

/** Makes a turn of a submission and queues it; resolves with what became of it. */
export function submitted(submission: Submission, enqueue: (turn: Turn) => void): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    enqueue(turnOf(submission, resolve, reject, null))
  })
}

/** Resolves with false when the op was not for the next version. */
export function appended(given: ExactSubmission, enqueue: (turn: Turn) => void): Promise<boolean> {
  const { change, base, source, seq } = given
  const submission = { change, base, source: source ?? '', seq: seq ?? 0, author: null, origin: null }
  return new Promise((resolve, reject) => {
    const exact = { given, refuse: () => resolve(false) }
    enqueue(turnOf(submission, () => resolve(true), reject, exact))
  })
}

// Here and below every field is written out: copying objects with `...` took 12 % of a busy server's time.

function turnOf(
  submission: Submission,
  resolve: Turn['resolve'],
  reject: Turn['reject'],
  exact: Turn['exact'],
): Turn {
  return {
    submission,
    resolve,
    reject,
    exact,
    op: submission.isTrusted === true && 'op' in submission.change ? submission.change.op : undefined,
    base: submission.base,
    first: undefined,
    older: [],
    hasCaughtUp: false,
  }
}

/** The op as it is handed to the log. Its change is serialised here, once, for the log and for every socket. */
export function loggedOp(
  { submission, exact }: Turn,
  change: Change,
  at: { readonly version: number; readonly time: number; readonly fixup: unknown },
): LoggedOp {
  const { version, time, fixup } = at
  const { author, origin } = submission
  const isNameless = exact !== null && exact.given.source === null
  const source = isNameless ? null : submission.source
  const seq = isNameless ? null : submission.seq
  const body = JSON.stringify(change)
  const meta = exact === null ? metaOf(submission, fixup) : exact.given.meta
  return new LoggedOp({ version, body, source, seq, author, origin, time, meta }, change)
}

/** What is stored beside an op: the fixup its author was sent, and the note it came with; null when there is neither. */
function metaOf({ note }: Submission, fixup: unknown): string | null {
  if (note === undefined) return fixup === null ? null : JSON.stringify({ fixup })
  return JSON.stringify(fixup === null ? note : { ...note, fixup })
}

/** The turns to be taken again when an op went back. A stock backend takes its own again, from the start. */
export function turnsAgain({ turn, followers }: Pending, reason: 'raced' | 'resent'): Turn[] {
  const again = followers.map((follower) => follower.turn)
  if (turn.exact === null) {
    turn.first = undefined
    return [turn, ...again]
  }
  if (reason === 'raced') turn.exact.refuse()
  else turn.reject(new CollabError('document/exists', 'This op is in the log already.'))
  return again
}
