import { useEffect, useRef, useState } from 'react'
import { ApiError, isAway, type Letter, type Member } from '../api.ts'
import { go, letterPath } from '../app-route.ts'
import { browserStore } from '../sync/browser-store.ts'
import { lettersWithOutboxes } from '../sync/outbox-place.ts'
import { Ask } from './ask.tsx'
import { TroubleNotice } from './drafts/trouble-notice.tsx'
import { EmptiedNotice } from './emptied-notice.tsx'
import { Icon } from './icons.tsx'
import { makeLetter } from './letter-births.ts'
import { useLetterList } from './letter-list.ts'
import { LetterRows, LetterRowsFoot } from './letter-rows.tsx'
import { Notice } from './notice.tsx'
import { OfflineNotice } from './offline-notice.tsx'
import { usePeople } from './people.ts'
import { PersonMenu } from './person-menu.tsx'
import { useScreenTitle } from './screen-title.ts'
import { errorWords, Trouble } from './trouble.tsx'
import './letters.css'

interface Props {
  readonly member: Member
  onSignOut(): void
  /** The server does not know us any more. */
  onSignedOut(): void
}

/** What was written in a tab that is gone does not wait until its letter is opened again. */
async function findLeftBehind(memberId: string): Promise<void> {
  // A device that does not answer is told of by the letter that is opened next.
  const letters = await lettersWithOutboxes(browserStore, memberId).catch(() => [])
  // Most lists need none of the code that edits.
  if (letters.length > 0) await (await import('./left-behind.ts')).sendLeftBehind(memberId, letters)
}

/** The first screen: every letter of the firm that I may read. */
export function Letters({ member, onSignOut, onSignedOut }: Props) {
  useScreenTitle('Letters')
  const list = useLetterList(member.id)
  const people = usePeople(member)
  const [search, setSearch] = useState('')
  const [archiving, setArchiving] = useState<Letter | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [isCreating, setCreating] = useState(false)
  const searchField = useRef<HTMLInputElement>(null)

  useEffect(() => void findLeftBehind(member.id), [member.id])

  const isSignedOut = list.error instanceof ApiError && list.error.remedy === 'sign-in'
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, whoever listens
  useEffect(() => {
    if (isSignedOut) onSignedOut()
  }, [isSignedOut])

  const create = async (): Promise<void> => {
    if (isCreating) return
    setCreating(true)
    setTrouble(null)
    try {
      const id = await makeLetter(member, 'Untitled letter')
      go(letterPath(id), { isNew: true })
    } catch (error) {
      setTrouble(`The letter was not created. ${errorWords(error)}`)
      setCreating(false)
    }
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isWriting =
        event.target instanceof Element && event.target.closest('input, textarea, dialog, [role="menu"]')
      if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === '/') searchField.current?.focus()
      else if (event.key === 'n') void create()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })

  const wanted = search.trim().toLocaleLowerCase()
  const shown = list.letters.filter(({ title }) => title.toLocaleLowerCase().includes(wanted))
  const newLetter = (
    <button
      type="button"
      className="button button-solid"
      aria-disabled={isCreating}
      aria-keyshortcuts="n"
      data-tip="New letter"
      data-keys="N"
      onClick={() => void create()}
    >
      New letter
    </button>
  )

  return (
    <>
      <header className="bar">
        <span className="mark" aria-hidden="true">
          C
        </span>
        <span className="bar-name">Copperplate</span>
        <div className="bar-end">
          <PersonMenu member={member} onSignOut={onSignOut} />
        </div>
      </header>
      <main className="letters">
        <EmptiedNotice />
        <TroubleNotice member={member} />
        <OfflineNotice isRemembered={list.isRemembered} onRetry={list.reload} />
        {trouble && (
          <Notice tone="bad" head="Not done." actions={<Dismiss onClick={() => setTrouble(null)} />}>
            {trouble}
          </Notice>
        )}
        {list.state === 'failed' && list.letters.length === 0 ? (
          <Trouble
            title="Your letters could not be fetched"
            actions={
              <>
                <button type="button" className="button button-quiet" onClick={list.reload}>
                  Try again
                </button>
                {isAway(list.error) && newLetter}
              </>
            }
          >
            {errorWords(list.error)} Everything that was saved is safe on the server.
          </Trouble>
        ) : (
          <>
            <div className="letters-head">
              <h1 className="letters-title">Letters</h1>
              {list.letters.length > 0 && (
                <div className="letters-search">
                  <Icon name="search" />
                  <input
                    ref={searchField}
                    type="search"
                    className="field"
                    placeholder="Search titles"
                    aria-label="Search titles"
                    aria-keyshortcuts="/"
                    value={search}
                    onChange={(event) => setSearch(event.target.value)}
                    onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
                  />
                </div>
              )}
              {newLetter}
            </div>
            {list.state === 'loading' ? (
              <Skeleton />
            ) : list.letters.length === 0 ? (
              <Empty />
            ) : (
              <>
                <LetterRows
                  letters={shown}
                  people={people}
                  member={member}
                  onRename={list.rename}
                  onArchive={setArchiving}
                  onTrouble={setTrouble}
                />
                <LetterRowsFoot
                  list={list}
                  shown={shown.length}
                  search={search.trim()}
                  onClear={() => {
                    setSearch('')
                    searchField.current?.focus()
                  }}
                />
              </>
            )}
          </>
        )}
      </main>
      {archiving && (
        <Ask
          title={`Archive “${archiving.title}”?`}
          verb="Archive"
          onNo={() => setArchiving(null)}
          onYes={() => {
            setArchiving(null)
            list
              .archive(archiving)
              .catch((error) => setTrouble(`“${archiving.title}” is still here. ${errorWords(error)}`))
          }}
        >
          It leaves this list for everybody, and nobody can open it. Its text and its history stay on the
          server, but bringing it back takes an administrator.
        </Ask>
      )}
    </>
  )
}

function Empty() {
  return (
    <div className="letters-empty">
      <Icon name="sheet" />
      <p className="letters-empty-title">No letters yet</p>
      <p>Start one. Whoever may open it can write in it with you, at the same time.</p>
    </div>
  )
}

function Skeleton() {
  return (
    <div className="letters-card late" role="status" aria-label="Fetching your letters">
      {[46, 34, 40, 28].map((width) => (
        <div key={width} className="row row-bones">
          <span className="bone" style={{ width: `${width}%`, height: 14 }} />
          <span className="bone" style={{ width: `${width / 2}%`, height: 11 }} />
        </div>
      ))}
    </div>
  )
}

function Dismiss({ onClick }: { onClick(): void }) {
  return (
    <button type="button" className="icon-button" aria-label="Dismiss" onClick={onClick}>
      <Icon name="close" />
    </button>
  )
}
