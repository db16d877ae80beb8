/** Groups the edits of a log into sittings: what a history shows as one line. */
import type { Origin } from './logged-op.ts'

export interface TimedEdit {
  readonly version: number
  /** A member's id; null for a machine. */
  readonly author: string | null
  /** Why a machine made it; null when a person did. */
  readonly origin: Origin | null
  /** Milliseconds since 1970, never decreasing. */
  readonly time: number
}

/** What one author did without a longer pause and without anybody else in between; or one rollback. */
export interface EditingSession {
  readonly author: string | null
  readonly origin: Origin | null
  /** The versions its first and last edit led to. */
  readonly from: number
  readonly to: number
  /** When those edits were made. */
  readonly began: number
  readonly ended: number
}

/** A pause that ends a session. */
const GAP_MS = 5 * 60_000

/** The sessions of edits that follow one another, oldest first; every edit is in one of them. */
export function editingSessions(edits: Iterable<TimedEdit>, gapMs = GAP_MS): EditingSession[] {
  const sessions: EditingSession[] = []
  for (const edit of edits) {
    const { version, author, origin, time } = edit
    const last = sessions.at(-1)
    if (last !== undefined && isOne(last, edit) && time - last.ended < gapMs) {
      sessions[sessions.length - 1] = { ...last, to: version, ended: time }
    } else {
      sessions.push({ author, origin, from: version, to: version, began: time, ended: time })
    }
  }
  return sessions
}

function isOne(session: EditingSession, { author, origin }: TimedEdit): boolean {
  return session.author === author && session.origin === origin && origin !== 'rollback'
}
