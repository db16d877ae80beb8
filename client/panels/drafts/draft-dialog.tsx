import { useEffect, useState } from 'react'
import type { Draft } from '../../sync/draft.ts'
import type { Session } from '../../sync/session.ts'
import { Dialog } from '../ask.tsx'
import { DraftCard } from './draft-card.tsx'

interface Props {
  readonly session: Session
  readonly drafts: readonly Draft[]
  /** There is a letter, and the person may write in it. */
  readonly mayMerge: boolean
  onClose(): void
}

/** What was set aside of this letter; closes when nothing is left. */
export function DraftDialog({ session, drafts, mayMerge, onClose }: Props) {
  const [refused, setRefused] = useState<string | null>(null)
  const isOver = drafts.length === 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once
  useEffect(() => {
    if (isOver) onClose()
  }, [isOver])
  const merge = (id: string): void => {
    if (session.mergeDraft(id).kind === 'refused') setRefused(id)
  }
  return (
    <Dialog title="Words that were set aside" look="wide" onClose={onClose}>
      {drafts.map((draft) => (
        <DraftCard
          key={draft.id}
          draft={draft}
          onDiscard={() => session.dropDraft(draft.id)}
          verbs={
            mayMerge && (
              <button type="button" className="button button-solid" onClick={() => merge(draft.id)}>
                Put into the letter
              </button>
            )
          }
        />
      ))}
      {refused !== null && drafts.some(({ id }) => id === refused) && (
        <p className="draft-refused" role="alert">
          The letter cannot take them as they are, so they stay here. Copy what you need of them.
        </p>
      )}
      {mayMerge && (
        <p className="field-note">
          What you wrote goes where it belongs in the letter of today, beside what others wrote since. What
          they deleted stays deleted.
        </p>
      )}
      <div className="dialog-feet">
        <button type="button" className="button button-quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}
