import { type ReactNode, useMemo, useState } from 'react'
import type { LookOf } from '../../history/draw-block.ts'
import { comparisonOf, type Draft } from '../../sync/draft.ts'
import { Ask } from '../ask.tsx'
import { Excerpts } from '../history/excerpts.tsx'
import { exactTime, whenWords } from '../when.ts'
import { baseWords, reasonWords } from './draft-words.ts'
import '../history/rollback-dialog.css'
import './drafts.css'

interface Props {
  readonly draft: Draft
  /** What else can be done about it, in front of the rest. */
  readonly verbs: ReactNode
  onDiscard(): void
}

const LOOKS: LookOf = ({ kind }) => ({
  colour: kind === 'deleted' ? 'var(--bad)' : 'var(--person-2)',
  words: kind === 'added' ? 'You wrote' : kind === 'deleted' ? 'You took out' : 'You changed the formatting',
})

/** Words that were set aside: why, what they would change in the letter they were written in, and what can be done about them. */
export function DraftCard({ draft, verbs, onDiscard }: Props) {
  const [said, setSaid] = useState('')
  const [isAsking, setAsking] = useState(false)
  const passages = useMemo(() => comparisonOf(draft), [draft])
  const kept = new Date(draft.keptAt)
  const copy = async (what: string, text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid(`${what} copied.`)
    } catch {
      setSaid('This browser did not allow copying. Select the text above and copy it yourself.')
    }
  }
  return (
    <article className="draft">
      <p className="draft-reason">{reasonWords(draft)}</p>
      <p className="field-note">
        <time dateTime={kept.toISOString()} title={exactTime(kept)}>
          Set aside {whenWords(kept, new Date()).replace(/^\w/, (first) => first.toLowerCase())}
        </time>
        {'. '}
        {baseWords(draft)}.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by keyboard */}
      <section className="preview draft-preview" aria-label="What you changed" tabIndex={0}>
        <Excerpts passages={passages} lookOf={LOOKS} none="Nothing in the letter would change." />
      </section>
      <div className="draft-verbs">
        {verbs}
        {draft.written !== '' && (
          <button
            type="button"
            className="button button-quiet"
            onClick={() => void copy('Your words are', draft.written)}
          >
            Copy your words
          </button>
        )}
        <button
          type="button"
          className="button button-quiet"
          onClick={() => void copy('The whole letter is', draft.whole)}
        >
          Copy the whole letter
        </button>
        <button type="button" className="button draft-discard" onClick={() => setAsking(true)}>
          Discard…
        </button>
      </div>
      <p className="field-note" role="status">
        {said}
      </p>
      {isAsking && (
        <Ask
          title="Discard these words?"
          verb="Discard"
          onNo={() => setAsking(false)}
          onYes={() => {
            setAsking(false)
            onDiscard()
          }}
        >
          They are on this device only. Nobody can bring them back.
        </Ask>
      )}
    </article>
  )
}
