/** Groups the edits of a log into sittings: what a history shows as one line. */

export interface TimedEdit {
  readonly version: number
  /** A member's id; null for a machine. */
  readonly author: string | null
  /** Milliseconds since 1970, never decreasing. */
  readonly time: number
}

/** What one author did without a longer pause and without anybody else in between. */
export interface EditingSession {
  readonly author: string | null
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
  for (const { version, author, time } of edits) {
    const last = sessions.at(-1)
    if (last !== undefined && last.author === author && time - last.ended < gapMs) {
      sessions[sessions.length - 1] = { ...last, to: version, ended: time }
    } else {
      sessions.push({ author, from: version, to: version, began: time, ended: time })
    }
  }
  return sessions
}
