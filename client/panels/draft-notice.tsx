import { useState } from 'react'
import type { Draft } from '../sync/draft.ts'
import { Notice } from './notice.tsx'
import { number } from './when.ts'

/** Words that did not get into the letter: they can be seen and copied, and go only when the person says so. */
export function DraftNotice({ draft, onDiscard }: { draft: Draft; onDiscard(): void }) {
  const [copied, setCopied] = useState<string | null>(null)
  const copy = async (what: string, text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(`${what} copied.`)
    } catch {
      setCopied('This browser did not allow copying. Select the text below and copy it yourself.')
    }
  }
  const isOne = draft.edits === 1
  const wasSaved = draft.edits === 0
  return (
    <Notice
      tone="bad"
      head={wasSaved ? 'Taken back.' : 'Not saved.'}
      actions={
        <>
          {draft.written !== '' && (
            <button
              type="button"
              className="button"
              onClick={() => void copy(wasSaved ? 'The missing words are' : 'Your words are', draft.written)}
            >
              {wasSaved ? 'Copy the missing words' : 'Copy your words'}
            </button>
          )}
          <button
            type="button"
            className="button"
            onClick={() => void copy('The whole letter is', draft.whole)}
          >
            Copy the whole letter
          </button>
          <button type="button" className="button" onClick={onDiscard}>
            Discard
          </button>
        </>
      }
    >
      {wasSaved
        ? 'The server was restored to an earlier state and lacks words that had been saved.'
        : `${isOne ? '1 edit' : `${number(draft.edits)} edits`} of yours since version ${number(draft.version)} could not be saved.`}{' '}
      The letter below is what everybody has.{' '}
      {draft.written === ''
        ? 'No new words were lost: the edits were deletions and formatting.'
        : `${wasSaved ? 'They' : 'Your words'} are kept here until you discard them.`}
      {draft.written !== '' && <pre className="draft-words">{draft.written}</pre>}
      <span role="status">{copied}</span>
    </Notice>
  )
}
