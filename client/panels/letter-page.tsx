import { useEffect, useState, useSyncExternalStore } from 'react'
import { ApiError, isAway, type Letter, type Member, type SignInState } from '../api.ts'
import { follow, go, letterPath, type Route } from '../app-route.ts'
import { forgetLetter, rememberedLetters, rememberLetter } from '../remembered.ts'
import { openSession } from '../sync/browser-world.ts'
import { enterLetter, leaveLetter } from '../sync/open-letters.ts'
import type { Session } from '../sync/session.ts'
import { Bones } from './bones.tsx'
import { TroubleNotice } from './drafts/trouble-notice.tsx'
import { HistoryDesk } from './history/history-desk.tsx'
import { createLetter, fetchLetter, renameLetter } from './letter-births.ts'
import { LetterDesk } from './letter-desk.tsx'
import { useScreenTitle } from './screen-title.ts'
import { errorWords, Trouble } from './trouble.tsx'
import './letter-page.css'

interface Props {
  readonly route: Route & { at: 'letter' | 'history' }
  readonly member: Member
  onSignOut(): void
  /** The server does not know us any more, and there is nothing on the screen to lose. */
  onSignedOut(): void
  onSignedIn(state: SignInState): void
}

type Known = { readonly kind: 'asking' } | { readonly kind: 'failed'; readonly error: unknown } | Found
type Found = { readonly kind: 'found'; readonly letter: Letter }

/** One letter. Its title and my role come by REST, its text through a session; the first answer is awaited from both. */
export function LetterPage({ route, onSignedOut, ...props }: Props) {
  const { id } = route
  const [known, setKnown] = useState<Known>({ kind: 'asking' })
  const [session, setSession] = useState<Session | null>(null)
  const [asked, setAsked] = useState(0)
  const memberId = props.member.id
  const title = known.kind === 'found' ? known.letter.title : 'Letter'
  useScreenTitle(route.at === 'history' ? `History of ${title}` : title)

  useEffect(() => {
    setSession(enterLetter(id, memberId, (id, member) => openSession(id, member, createLetter)))
    return () => leaveLetter(id)
  }, [id, memberId])

  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is what `asked` is for
  useEffect(() => {
    let isCurrent = true
    const ask = async (): Promise<void> => {
      try {
        const letter = await fetchLetter(memberId, id)
        rememberLetter(memberId, letter)
        if (isCurrent) setKnown({ kind: 'found', letter })
      } catch (error) {
        if (isGone(error)) forgetLetter(memberId, id)
        const lately = isAway(error) ? rememberedLetters(memberId).find((letter) => letter.id === id) : null
        // A title on the screen stays there while the server is away.
        const next: Known = lately ? { kind: 'found', letter: lately } : { kind: 'failed', error }
        if (isCurrent) setKnown((old) => (old.kind === 'found' ? old : next))
      }
    }
    const onVisible = (): void => {
      if (document.visibilityState === 'visible') void ask()
    }
    void ask()
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      isCurrent = false
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [id, memberId, asked])

  const isSignedOut =
    known.kind === 'failed' && known.error instanceof ApiError && known.error.remedy === 'sign-in'
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, whoever listens
  useEffect(() => {
    if (isSignedOut) onSignedOut()
  }, [isSignedOut])

  if (known.kind === 'failed') {
    return <Failed member={props.member} error={known.error} onRetry={() => setAsked(asked + 1)} />
  }
  if (known.kind === 'asking' || !session) return <Opening />
  const rename = async (title: string): Promise<void> => {
    const { letter } = known
    setKnown({ kind: 'found', letter: { ...letter, title } })
    try {
      await renameLetter(memberId, letter, title)
    } catch (error) {
      setKnown({ kind: 'found', letter })
      throw error
    }
  }
  const { letter } = known
  const isPast = route.at === 'history'
  return (
    <>
      {/* While its past is looked at the letter stays as it was left: the caret, and what can be undone. */}
      <LetterDesk
        session={session}
        letter={letter}
        isNew={route.at === 'letter' && route.isNew}
        isHidden={isPast}
        onRename={rename}
        {...props}
      />
      {isPast && <History session={session} letter={letter} member={props.member} at={route.version} />}
    </>
  )
}

interface HistoryProps {
  readonly session: Session
  readonly letter: Letter
  readonly member: Member
  readonly at: number | null
}

function History({ session, ...props }: HistoryProps) {
  const { version } = useSyncExternalStore(session.subscribe, session.getSnapshot)
  return <HistoryDesk newest={version} onClose={() => go(letterPath(props.letter.id))} {...props} />
}

/** The shape of a letter, for what takes longer than a moment. */
export function Opening() {
  return (
    <div className="letter-page" role="status" aria-label="Opening the letter">
      <div className="letter-head">
        <div className="bar">
          <span className="mark" aria-hidden="true">
            C
          </span>
        </div>
        <div className="toolbar" />
      </div>
      <div className="desk">
        <div className="sheet">
          <Bones />
        </div>
      </div>
    </div>
  )
}

function Failed({ member, error, onRetry }: { member: Member; error: unknown; onRetry(): void }) {
  const isNotThere = isGone(error)
  useScreenTitle(isNotThere ? 'No such letter' : 'Letter')
  return (
    <main>
      <div className="desk-notices failed-notices">
        <TroubleNotice member={member} />
      </div>
      <Trouble
        title={isNotThere ? 'There is no such letter' : 'The letter could not be opened'}
        actions={
          <>
            {!isNotThere && (
              <button type="button" className="button button-solid" onClick={onRetry}>
                Try again
              </button>
            )}
            <a className={isNotThere ? 'button button-solid' : 'button'} href="/" onClick={follow}>
              All letters
            </a>
          </>
        }
      >
        {isNotThere
          ? 'It was archived, or the address is not right, or it is not for you to read.'
          : `${errorWords(error)} What was saved is safe on the server.`}
      </Trouble>
    </main>
  )
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'document/not-found'
}
