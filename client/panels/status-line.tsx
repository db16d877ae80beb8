import { useEffect, useRef, useState } from 'react'
import type { SessionView } from '../sync/session-view.ts'
import { type Status, statusOf } from './status-words.ts'

/** How long "Saving…" stays at least, so that the line does not flicker with every key. */
const CALM_MS = 400

/** Where the letter stands, in words. A screen reader is told only when it matters, not at every key. */
export function StatusLine({ view, mayEdit }: { view: SessionView; mayEdit: boolean }) {
  const status = useCalm(statusOf(view, mayEdit))
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

/** Lets "Saving…" rest for a moment before it becomes "Saved"; everything else shows at once. */
function useCalm(status: Status): Status {
  const [shown, setShown] = useState(status)
  const { tone, words } = status
  const wasBusy = shown.tone === 'busy'
  useEffect(() => {
    if (tone !== 'ok' || !wasBusy) {
      setShown({ tone, words })
      return
    }
    const timer = setTimeout(() => setShown({ tone, words }), CALM_MS)
    return () => clearTimeout(timer)
  }, [tone, words, wasBusy])
  return shown
}

/** Going offline, coming back, trouble: not the saving in between. */
function useNews(status: Status): string {
  const news = useRef('')
  const isTrouble = status.tone === 'warn' || status.tone === 'bad'
  if (isTrouble) news.current = status.words
  else if (status.tone === 'ok' && news.current !== '') news.current = 'Connected. Everything is saved.'
  return news.current
}
