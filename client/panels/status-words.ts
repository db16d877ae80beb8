import type { SessionView } from '../sync/session-view.ts'
import { number } from './when.ts'

/** What the status says: never more than is known. */
export interface Status {
  readonly tone: 'quiet' | 'busy' | 'ok' | 'warn' | 'bad'
  readonly words: string
  /** What is known besides, where there is room for it; null: nothing. */
  readonly more: string | null
  /** All of it in a few words, for a narrow screen; null: `words` are few enough. */
  readonly short: string | null
}

/** @param mayEdit  false for somebody who only reads: there is nothing of theirs to save */
export function statusOf(view: SessionView, mayEdit: boolean): Status {
  const savedUpTo = view.ready && view.version > 0 ? `saved up to ${versionOf(view)}` : null
  if (view.phase === 'refused' || view.drafts.length > 0) {
    const kept = view.unsent > 0 ? `${edits(view.unsent)} ${keptWhere(view)}` : savedUpTo
    return { tone: 'bad', words: 'Needs attention', more: kept, short: null }
  }
  if (view.phase === 'connecting') return plain('quiet', 'Opening…')
  if (view.phase === 'offline') return offline(view, mayEdit, savedUpTo)
  if (!mayEdit) return plain('quiet', `Read only · ${versionOf(view)}`)
  if (view.unsent > 0) return { ...plain('busy', 'Saving…'), more: savedUpTo }
  return plain('ok', `Saved · ${versionOf(view)}`)
}

function offline(view: SessionView, mayEdit: boolean, savedUpTo: string | null): Status {
  const { unsent, fault } = view
  const at = savedUpTo === null ? '' : ` · ${versionOf(view)}`
  if (!mayEdit) return plain('warn', 'Offline. Changes by others are not shown')
  if (unsent === 0) {
    const words = 'Offline. Nothing is waiting to be sent'
    return { tone: 'warn', words, more: savedUpTo, short: `Offline. Nothing is waiting${at}` }
  }
  const tone = fault === null ? 'warn' : 'bad'
  const some = unsent === 1 ? '1 edit' : `${number(unsent)} edits`
  const where = fault !== null ? 'only in this tab' : view.isWriting ? 'being kept' : 'kept here'
  return {
    tone,
    words: `Offline. ${edits(unsent)} ${keptWhere(view)}`,
    more: savedUpTo,
    short: `Offline. ${some} ${where}${at}`,
  }
}

/** Where it is that edits are, after "is" or "are". */
function keptWhere({ fault, isWriting }: SessionView): string {
  if (fault === 'full') return 'only in this tab: this device is full'
  if (fault === 'unavailable') return 'only in this tab: this device keeps nothing'
  return isWriting ? 'being kept on this device' : 'kept on this device'
}

/** Where what was not sent is kept. */
export function place({ fault }: Pick<SessionView, 'fault'>): string {
  return fault === null ? 'on this device' : 'in this tab only'
}

function versionOf(view: SessionView): string {
  return `version ${number(view.version)}`
}

function plain(tone: Status['tone'], words: string): Status {
  return { tone, words, more: null, short: null }
}

/** "1 edit is", "4 edits are". */
export function edits(count: number): string {
  return count === 1 ? '1 edit is' : `${number(count)} edits are`
}
