import type { Session } from './session.ts'
import type { SessionView } from './session-view.ts'

/**
 * The letters this tab has open, or still has something of.
 *
 * Leaving a letter's page does not end its session while edits wait to be confirmed: they go on being sent. Coming back finds
 * the same session; when nothing is left and nobody looks, it ends.
 *
 * It does not import what it keeps: the list of letters shows what waits, and needs none of the code that edits.
 */
interface OpenLetter {
  readonly session: Session
  readonly forget: (isLeft?: boolean) => Promise<void>
  lookers: number
}

const letters = new Map<string, OpenLetter>()
const watchers = new Set<() => void>()

/** What of a letter the server does not have. */
export interface Waiting {
  readonly edits: number
  readonly isOffline: boolean
  /** Why the device does not keep them; null when it does. */
  readonly fault: SessionView['fault']
}

let waiting: ReadonlyMap<string, Waiting> = new Map()

/**
 * The session of a letter, opened with `open` if need be. Every call wants one `leaveLetter`.
 *
 * @param open  answers the session and what ends it
 */
export function enterLetter(
  docId: string,
  member: string,
  open: (docId: string, member: string) => { session: Session; end(isLeft?: boolean): Promise<void> },
): Session {
  let letter = letters.get(docId)
  if (!letter) {
    const { session, end } = open(docId, member)
    const unwatch = session.subscribe(() => settle(docId))
    letter = {
      session,
      lookers: 0,
      forget(isLeft) {
        unwatch()
        return end(isLeft)
      },
    }
    letters.set(docId, letter)
  } else {
    letter.session.retry() // signed in again since, perhaps; does nothing to a session that is connected
  }
  letter.lookers += 1
  return letter.session
}

export function leaveLetter(docId: string): void {
  const letter = letters.get(docId)
  if (!letter) return
  letter.lookers -= 1
  settle(docId)
}

/** The session of a letter that is open here; null when it is not. */
export function sessionOf(docId: string): Session | null {
  return letters.get(docId)?.session ?? null
}

/** Ends every session, whatever waits: the person signed out. Resolves when none of them writes anything any more. */
export async function leaveAllLetters(): Promise<void> {
  const left = [...letters.values()]
  letters.clear()
  publish()
  await Promise.all(left.map(({ forget }) => forget(true)))
}

// The pair that React's useSyncExternalStore asks for: unsent edits by letter, of letters that have any.
export function watchUnsent(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}
export function unsentByLetter(): ReadonlyMap<string, Waiting> {
  return waiting
}

/** True when closing the tab would lose something that somebody wrote: it is not on this device yet, or the device keeps nothing. */
export function anyWordsAtRisk(): boolean {
  return [...letters.values()].some(({ session }) => {
    const { isWriting, fault } = session.getSnapshot()
    return isWriting || (fault !== null && holdsWords(session))
  })
}

/** True when there is something that the server does not have. */
export function anyWordsHeld(): boolean {
  return [...letters.values()].some(({ session }) => holdsWords(session))
}

/** Tries every waiting letter now. */
export function retryAll(): void {
  for (const { session } of letters.values()) session.retry()
}

function settle(docId: string): void {
  const letter = letters.get(docId)
  if (letter && letter.lookers <= 0 && !holdsWords(letter.session)) {
    letters.delete(docId)
    void letter.forget()
  }
  publish()
}

function holdsWords(session: Session): boolean {
  const { unsent, drafts } = session.getSnapshot()
  return unsent > 0 || drafts.length > 0
}

function publish(): void {
  const next = new Map<string, Waiting>()
  for (const [docId, { session }] of letters) {
    const { unsent, phase, fault } = session.getSnapshot()
    if (unsent > 0) next.set(docId, { edits: unsent, isOffline: phase === 'offline', fault })
  }
  const same =
    next.size === waiting.size &&
    [...next].every(([docId, { edits, isOffline, fault }]) => {
      const old = waiting.get(docId)
      return old?.edits === edits && old.isOffline === isOffline && old.fault === fault
    })
  if (same) return
  waiting = next
  for (const watcher of watchers) watcher()
}
