import type { SessionView } from '../sync/session-view.ts'
import { number } from './when.ts'

/** What the status says: never more than is known. */
export interface Status {
  readonly tone: 'quiet' | 'busy' | 'ok' | 'warn' | 'bad'
  readonly words: string
}

/** @param mayEdit  false for somebody who only reads: there is nothing of theirs to save */
export function statusOf(view: SessionView, mayEdit: boolean): Status {
  if (view.phase === 'refused') return { tone: 'bad', words: 'Needs attention' }
  if (view.drafts.length > 0) return { tone: 'bad', words: 'Needs attention' }
  if (view.phase === 'connecting') return { tone: 'quiet', words: 'Opening…' }
  if (view.phase === 'offline') return { tone: 'warn', words: offlineWords(view, mayEdit) }
  if (!mayEdit) return { tone: 'quiet', words: `Read only · version ${number(view.version)}` }
  if (view.unsent > 0) return { tone: 'busy', words: 'Saving…' }
  return { tone: 'ok', words: `Saved · version ${number(view.version)}` }
}

function offlineWords(view: SessionView, mayEdit: boolean): string {
  if (!mayEdit) return 'Offline. Changes by others are not shown'
  if (view.unsent === 0) return 'Offline. Nothing is waiting to be sent'
  return `Offline. ${edits(view.unsent)} kept ${place(view)}`
}

/** Where what was not sent is kept. */
export function place({ fault }: Pick<SessionView, 'fault'>): string {
  return fault === null ? 'on this device' : 'in this tab only'
}

/** "1 edit is", "4 edits are". */
export function edits(count: number): string {
  return count === 1 ? '1 edit is' : `${number(count)} edits are`
}
