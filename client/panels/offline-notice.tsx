import { useSyncExternalStore } from 'react'
import { retryAll, unsentByLetter, watchUnsent } from '../sync/open-letters.ts'
import { Notice } from './notice.tsx'
import { edits, place } from './status-words.ts'

/** What this tab has of letters that are no longer on the screen, while there is no server to send it to. */
export function OfflineNotice() {
  const unsent = useSyncExternalStore(watchUnsent, unsentByLetter)
  const waiting = [...unsent.values()].filter(({ isOffline }) => isOffline)
  if (waiting.length === 0) return null
  const count = waiting.reduce((sum, letter) => sum + letter.edits, 0)
  const where = waiting.length === 1 ? 'in 1 letter' : `in ${waiting.length} letters`
  const fault = waiting.find((letter) => letter.fault !== null)?.fault ?? null
  const [amount, verb] = edits(count).split(/ (?=is$|are$)/)
  return (
    <Notice
      tone="warn"
      head="Offline."
      actions={
        <button type="button" className="button" onClick={retryAll}>
          Retry now
        </button>
      }
    >
      {amount} {where} {verb} kept {place({ fault })} and will be sent when the connection is back.
      {fault !== null && ' Keep the tab open.'}
    </Notice>
  )
}
