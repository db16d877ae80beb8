import { useCallback, useEffect, useState } from 'react'
import type { Member } from '../../api.ts'
import { follow, letterPath } from '../../app-route.ts'
import { rememberedLetters } from '../../remembered.ts'
import type { Draft } from '../../sync/draft.ts'
import { discardHere, draftsHere } from '../../sync/kept-drafts.ts'
import { Icon } from '../icons.tsx'
import { PersonMenu } from '../person-menu.tsx'
import { useScreenTitle } from '../screen-title.ts'
import { Trouble } from '../trouble.tsx'
import { DraftCard } from './draft-card.tsx'
import '../letters.css'

interface Props {
  readonly member: Member
  onSignOut(): void
}

type Kept = readonly { readonly document: string; readonly draft: Draft }[]

/** All words on this device that could not be saved, also of letters that one can open no more. */
export function DraftsPage({ member, onSignOut }: Props) {
  useScreenTitle('Words that were set aside')
  const [kept, setKept] = useState<Kept | 'asking' | 'failed'>('asking')
  const load = useCallback(() => {
    draftsHere(member.id).then(setKept, () => setKept('failed'))
  }, [member.id])
  useEffect(load, [load])
  const discard = (document: string, id: string): void => {
    discardHere(member.id, document, id).then(load, () => setKept('failed'))
  }
  return (
    <>
      <header className="bar">
        <a className="mark" href="/" onClick={follow} aria-label="All letters" data-tip="All letters">
          C
        </a>
        <span className="bar-name">Words that were set aside</span>
        <div className="bar-end">
          <PersonMenu member={member} onSignOut={onSignOut} />
        </div>
      </header>
      <main className="letters">
        {kept === 'failed' ? (
          <Trouble
            title="This device does not answer"
            actions={
              <button type="button" className="button button-solid" onClick={load}>
                Try again
              </button>
            }
          >
            What was set aside is still here. Another tab may be busy with it.
          </Trouble>
        ) : (
          <>
            <div className="letters-head">
              <h1 className="letters-title">Words that were set aside</h1>
            </div>
            <p className="drafts-note">
              The server could not take these edits. They are on this device only, until you put them back or
              discard them.
            </p>
            {kept === 'asking' ? null : kept.length === 0 ? (
              <div className="letters-empty">
                <Icon name="done" />
                <p className="letters-empty-title">Nothing was set aside</p>
                <p>Everything you wrote on this device is saved, or on its way.</p>
              </div>
            ) : (
              byLetter(kept).map(([document, drafts]) => (
                <LetterDrafts
                  key={document}
                  title={rememberedLetters(member.id).find(({ id }) => id === document)?.title ?? null}
                  document={document}
                  drafts={drafts}
                  onDiscard={(id) => discard(document, id)}
                />
              ))
            )}
          </>
        )}
      </main>
    </>
  )
}

interface LetterDraftsProps {
  /** Null: it is not known here, so that it may not be there any more. */
  readonly title: string | null
  readonly document: string
  readonly drafts: readonly Draft[]
  onDiscard(id: string): void
}

function LetterDrafts({ title, document, drafts, onDiscard }: LetterDraftsProps) {
  return (
    <section className="drafts-letter">
      <div className="drafts-letter-head">
        <h2 className="drafts-letter-title">{title ?? 'A letter you cannot open any more'}</h2>
        {title !== null && (
          <a className="button button-quiet" href={letterPath(document)} onClick={follow}>
            Open the letter
          </a>
        )}
      </div>
      {drafts.map((draft) => (
        <DraftCard key={draft.id} draft={draft} verbs={null} onDiscard={() => onDiscard(draft.id)} />
      ))}
    </section>
  )
}

function byLetter(kept: Kept): [string, Draft[]][] {
  const letters = new Map<string, Draft[]>()
  for (const { document, draft } of kept) letters.set(document, [...(letters.get(document) ?? []), draft])
  return [...letters]
}
