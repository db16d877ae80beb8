import { useSyncExternalStore } from 'react'
import { retryAll, unsentByLetter, type Waiting, watchUnsent } from '../sync/open-letters.ts'
import { Notice } from './notice.tsx'
import { edits, place } from './status-words.ts'

interface Props {
  /** The list is the one of the last time there was a server. */
  readonly isRemembered: boolean
  /** Asks the server for the list. */
  onRetry(): void
}

/** That there is no server, what the list is then, and what waits of letters that are not on the screen. */
export function OfflineNotice({ isRemembered, onRetry }: Props) {
  const unsent = useSyncExternalStore(watchUnsent, unsentByLetter)
  const waiting = [...unsent.values()].filter(({ isOffline }) => isOffline)
  if (waiting.length === 0 && !isRemembered) return null
  const retry = (): void => {
    retryAll()
    if (isRemembered) onRetry()
  }
  return (
    <Notice
      tone="warn"
      head="Offline."
      actions={
        <button type="button" className="button" onClick={retry}>
          Retry now
        </button>
      }
    >
      {isRemembered && 'These are the letters you opened on this device lately. '}
      {waiting.length > 0 && waitingWords(waiting)}
    </Notice>
  )
}

function waitingWords(waiting: readonly Waiting[]): string {
  const count = waiting.reduce((sum, letter) => sum + letter.edits, 0)
  const where = waiting.length === 1 ? 'in 1 letter' : `in ${waiting.length} letters`
  const fault = waiting.find((letter) => letter.fault !== null)?.fault ?? null
  const [amount, verb] = edits(count).split(/ (?=is$|are$)/)
  const stay = fault === null ? '' : ' Keep the tab open.'
  return `${amount} ${where} ${verb} kept ${place({ fault })} and will be sent when the connection is back.${stay}`
}
