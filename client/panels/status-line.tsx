import { useEffect, useRef, useState } from 'react'
import type { SessionView } from '../sync/session-view.ts'
import { type Status, statusOf } from './status-words.ts'

/**
 * How long "Saving…" stays at least before it is "Saved", and how long an edit may take to be on the device before the line says
 * that it is not yet: it must not flicker with every key.
 */
const CALM_MS = 400

interface Props {
  readonly view: SessionView
  readonly mayEdit: boolean
  /** Tries to reach the server now. */
  onRetry(): void
}

/** Where the letter stands, in words. A screen reader is told only when it matters, not at every key. */
export function StatusLine({ view, mayEdit, onRetry }: Props) {
  const status = useCalm(statusOf(view, mayEdit), view.isWriting)
  const { tone, words, more, short } = status
  return (
    <>
      <span className={`status status-${tone}`} data-phase={view.phase} data-unsent={view.unsent}>
        <span className="status-dot" aria-hidden="true" />
        <span className={short === null ? 'status-whole' : 'status-whole status-long'}>
          <span className="status-words">{words}</span>
          {more !== null && <span className="status-more"> · {more}</span>}
        </span>
        {short !== null && <span className="status-short">{short}</span>}
        {view.phase === 'offline' && (
          <button
            type="button"
            className="link-button status-retry"
            onMouseDown={(event) => event.preventDefault()} // the caret stays in the letter
            onClick={onRetry}
          >
            Retry now
          </button>
        )}
      </span>
      <span className="unseen" role="status">
        {useNews(status)}
      </span>
    </>
  )
}

/** What was said stays true for the moment that a new edit needs; everything else shows at once. */
function useCalm(status: Status, isWriting: boolean): Status {
  const [shown, setShown] = useState(status)
  const next = useRef(status)
  next.current = status
  const { tone, words, more } = status
  const wasBusy = shown.tone === 'busy'
  // biome-ignore lint/correctness/useExhaustiveDependencies: the status is what it says
  useEffect(() => {
    const waits = (tone === 'ok' && wasBusy) || (tone === 'warn' && isWriting)
    if (!waits) return setShown(next.current)
    const timer = setTimeout(() => setShown(next.current), CALM_MS)
    return () => clearTimeout(timer)
  }, [tone, words, more, wasBusy, isWriting])
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
