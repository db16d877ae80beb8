import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { api, type Letter, type Member, type Person } from '../api.ts'
import { go, letterPath } from '../app-route.ts'
import { retryAll, unsentByLetter, watchUnsent } from '../sync/open-letters.ts'
import { Ask } from './ask.tsx'
import { Icon } from './icons.tsx'
import { useLetterList } from './letter-list.ts'
import { LetterRow } from './letter-row.tsx'
import { Notice } from './notice.tsx'
import { PersonMenu } from './person-menu.tsx'
import { useScreenTitle } from './screen-title.ts'
import { edits } from './status-words.ts'
import { errorWords, Trouble } from './trouble.tsx'
import { number } from './when.ts'
import './letters.css'

/** The first screen: every letter of the firm that I may read. */
export function Letters({ member, onSignOut }: { member: Member; onSignOut(): void }) {
  useScreenTitle('Letters')
  const list = useLetterList()
  const [people, setPeople] = useState<ReadonlyMap<string, Person>>(new Map([[member.id, member]]))
  const [search, setSearch] = useState('')
  const [archiving, setArchiving] = useState<Letter | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [isCreating, setCreating] = useState(false)
  const searchField = useRef<HTMLInputElement>(null)

  useEffect(() => {
    // Without names the list still says everything else.
    api.members().then(
      (members) => setPeople(new Map(members.map((person) => [person.id, person]))),
      () => {},
    )
  }, [])

  const create = async (): Promise<void> => {
    if (isCreating) return
    setCreating(true)
    setTrouble(null)
    try {
      const { id } = await api.createLetter(crypto.randomUUID(), 'Untitled letter')
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
  const create_ = (
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
        <OfflineNotice />
        {trouble && (
          <Notice tone="bad" head="Not done." actions={<Dismiss onClick={() => setTrouble(null)} />}>
            {trouble}
          </Notice>
        )}
        {list.state === 'failed' && list.letters.length === 0 ? (
          <Trouble
            title="Your letters could not be fetched"
            actions={
              <button type="button" className="button button-solid" onClick={list.reload}>
                Try again
              </button>
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
              {create_}
            </div>
            {list.state === 'loading' ? (
              <Skeleton />
            ) : list.letters.length === 0 ? (
              <Empty />
            ) : (
              <>
                <Rows
                  letters={shown}
                  people={people}
                  member={member}
                  onRename={list.rename}
                  onArchive={setArchiving}
                  onTrouble={setTrouble}
                />
                <Foot
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

type RowsProps = {
  letters: readonly Letter[]
  people: ReadonlyMap<string, Person>
  member: Member
  onRename(letter: Letter, title: string): Promise<void>
  onArchive(letter: Letter): void
  onTrouble(words: string): void
}

function Rows({ letters, onRename, onTrouble, ...row }: RowsProps) {
  const unsent = useSyncExternalStore(watchUnsent, unsentByLetter)
  if (letters.length === 0) return null
  return (
    <ul
      className="letters-card"
      aria-label="Letters, newest first"
      onKeyDown={(event) => {
        const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
        if (step === 0 || !(event.target instanceof Element) || event.target.closest('input, [role="menu"]'))
          return
        const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.row-title')]
        const row = event.target.closest('li')
        const at = links.findIndex((link) => row?.contains(link))
        event.preventDefault()
        links[at + step]?.focus()
      }}
    >
      {letters.map((letter) => (
        <LetterRow
          key={letter.id}
          letter={letter}
          unsent={unsent.get(letter.id)?.edits ?? 0}
          onRename={(title) =>
            onRename(letter, title).catch((error) =>
              onTrouble(`“${letter.title}” keeps its name. ${errorWords(error)}`),
            )
          }
          {...row}
        />
      ))}
    </ul>
  )
}

type FootProps = {
  list: ReturnType<typeof useLetterList>
  shown: number
  search: string
  onClear(): void
}

/** How far the list goes, and the way on. A search must say what it has not looked at. */
function Foot({ list, shown, search, onClear }: FootProps) {
  const isSearching = search !== ''
  const newest = `the ${number(list.letters.length)} newest letters`
  return (
    <div className="letters-foot">
      <p aria-live="polite">
        {isSearching &&
          shown === 0 &&
          `No title ${list.hasMore ? `among ${newest} ` : ''}has “${search}” in it. `}
        {isSearching && shown > 0 && list.hasMore && `Searched ${newest}. `}
        {list.state === 'failed' && `${errorWords(list.error)} `}
        {isSearching && shown === 0 && (
          <button type="button" className="link-button" onClick={onClear}>
            Clear the search
          </button>
        )}
      </p>
      {list.hasMore && (
        <button
          type="button"
          className="button button-quiet"
          aria-disabled={list.state === 'growing'}
          onClick={list.more}
        >
          {list.state === 'growing' ? 'Fetching…' : isSearching ? 'Search older letters' : 'Show more'}
        </button>
      )}
    </div>
  )
}

function OfflineNotice() {
  const unsent = useSyncExternalStore(watchUnsent, unsentByLetter)
  const waiting = [...unsent.values()].filter(({ isOffline }) => isOffline)
  if (waiting.length === 0) return null
  const count = waiting.reduce((sum, letter) => sum + letter.edits, 0)
  const where = waiting.length === 1 ? 'in 1 letter' : `in ${waiting.length} letters`
  const [amount, verb] = edits(count).split(/ (?=is$|are$)/)
  return (
    <Notice
      tone="warn"
      head="Offline."
      actions={
        <button type="button" className="button" onClick={retryAll}>
          Try now
        </button>
      }
    >
      {amount} {where} {verb} kept in this tab and will be sent when the connection is back. Keep the tab
      open.
    </Notice>
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
