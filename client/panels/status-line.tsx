import { useRef } from 'react'
import type { SessionView } from '../sync/session-view.ts'
import { type Status, statusOf } from './status-words.ts'

/** Where the letter stands, in words. A screen reader is told only when it matters, not at every key. */
export function StatusLine({ view, mayEdit }: { view: SessionView; mayEdit: boolean }) {
  const status = statusOf(view, mayEdit)
  return (
    <>
      <span className={`status status-${status.tone}`} data-phase={view.phase} data-unsent={view.unsent}>
        <span className="status-dot" aria-hidden="true" />
        <span className="status-words">{status.words}</span>
      </span>
      <span className="unseen" role="status">
        {useNews(status)}
      </span>
    </>
  )
}

/** Going offline, coming back, trouble: not the saving in between. */
function useNews(status: Status): string {
  const news = useRef('')
  const isTrouble = status.tone === 'warn' || status.tone === 'bad'
  if (isTrouble) news.current = status.words
  else if (status.tone === 'ok' && news.current !== '') news.current = 'Connected. Everything is saved.'
  return news.current
}
