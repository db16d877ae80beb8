import { useEffect, useMemo, useRef, useState } from 'react'
import { ApiError, type Letter, type Member } from '../../api.ts'
import { follow, historyPath } from '../../app-route.ts'
import { Icon } from '../icons.tsx'
import { useLetterList } from '../letter-list.ts'
import { LetterRowsFoot } from '../letter-rows.tsx'
import { usePeople } from '../people.ts'
import { PersonMenu } from '../person-menu.tsx'
import { useScreenTitle } from '../screen-title.ts'
import { errorWords, Trouble } from '../trouble.tsx'
import { exactTime, number, whenWords } from '../when.ts'
import { type Batch, BatchDialog } from './batch-dialog.tsx'
import { BatchRun } from './batch-run.tsx'
import '../letters.css'
import '../history/rollback-dialog.css'
import './admin.css'

interface Props {
  readonly member: Member
  onSignOut(): void
  /** The server does not know us any more. */
  onSignedOut(): void
}

/** For the firm's admins: its letters, their histories, and the way to roll several back at once. */
export function AdminPage({ member, onSignOut, onSignedOut }: Props) {
  useScreenTitle('Roll letters back')
  return (
    <>
      <header className="bar">
        <a className="mark" href="/" onClick={follow} aria-label="All letters" data-tip="All letters">
          C
        </a>
        <span className="bar-name">Roll letters back</span>
        <div className="bar-end">
          <PersonMenu member={member} onSignOut={onSignOut} />
        </div>
      </header>
      <main className="letters">
        {member.admin ? (
          <FirmLetters member={member} onSignedOut={onSignedOut} />
        ) : (
          <Trouble
            title="This page is for the firm’s admins"
            actions={
              <a className="button button-solid" href="/" onClick={follow}>
                All letters
              </a>
            }
          >
            A letter of your own can be rolled back from its history.
          </Trouble>
        )}
      </main>
    </>
  )
}

function FirmLetters({ member, onSignedOut }: Pick<Props, 'member' | 'onSignedOut'>) {
  const list = useLetterList(member.id)
  const people = usePeople(member)
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [isAsking, setAsking] = useState(false)
  const [batch, setBatch] = useState<Batch | null>(null)
  const heading = useRef<HTMLHeadingElement>(null)

  const isSignedOut = list.error instanceof ApiError && list.error.remedy === 'sign-in'
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, whoever listens
  useEffect(() => {
    if (isSignedOut) onSignedOut()
  }, [isSignedOut])

  const wanted = search.trim().toLocaleLowerCase()
  const shown = list.letters.filter(({ title }) => title.toLocaleLowerCase().includes(wanted))
  const letters = useMemo(() => list.letters.filter(({ id }) => chosen.has(id)), [list.letters, chosen])
  const areAll = shown.length > 0 && shown.every(({ id }) => chosen.has(id))
  const choose = (some: readonly Letter[], isChosen: boolean): void => {
    setChosen((old) => {
      const next = new Set(old)
      for (const { id } of some) isChosen ? next.add(id) : next.delete(id)
      return next
    })
  }

  if (list.state === 'failed' && list.letters.length === 0) {
    return (
      <Trouble
        title="The letters could not be fetched"
        actions={
          <button type="button" className="button button-solid" onClick={list.reload}>
            Try again
          </button>
        }
      >
        {errorWords(list.error)} Nothing was changed.
      </Trouble>
    )
  }
  return (
    <>
      <div className="letters-head">
        <h1 ref={heading} tabIndex={-1} className="letters-title">
          The firm’s letters
        </h1>
        <div className="letters-search">
          <Icon name="search" />
          <input
            type="search"
            className="field"
            placeholder="Search titles"
            aria-label="Search titles"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
      </div>
      <p className="admin-note">
        Choose letters, look at what would be taken back in each, and say why. People can go on writing
        meanwhile, and every rollback can be undone.
      </p>
      {batch && (
        <BatchRun
          batch={batch}
          onOver={list.reload}
          onClose={() => {
            setBatch(null)
            heading.current?.focus()
          }}
        />
      )}
      {list.state === 'loading' ? (
        <div className="letters-card late" role="status" aria-label="Fetching the letters">
          {[46, 34, 40].map((width) => (
            <div key={width} className="row row-bones">
              <span className="bone" style={{ width: `${width}%`, height: 14 }} />
            </div>
          ))}
        </div>
      ) : list.letters.length === 0 ? (
        <div className="letters-empty">
          <Icon name="sheet" />
          <p className="letters-empty-title">No letters yet</p>
          <p>What the firm writes is listed here.</p>
        </div>
      ) : (
        <>
          {shown.length > 0 && (
            <div className="letters-card">
              <label className="admin-row admin-all">
                <input type="checkbox" checked={areAll} onChange={() => choose(shown, !areAll)} />
                <span>{search === '' ? 'All that are shown' : 'All that were found'}</span>
              </label>
              <ul className="admin-list" aria-label="Letters, newest first">
                {shown.map((letter) => (
                  <li key={letter.id} className="admin-row">
                    <input
                      type="checkbox"
                      aria-label={letter.title}
                      checked={chosen.has(letter.id)}
                      onChange={(event) => choose([letter], event.target.checked)}
                    />
                    <span className="admin-what">
                      <span className="admin-title">{letter.title}</span>
                      <span className="row-note">
                        Version {number(letter.version)} ·{' '}
                        <span title={exactTime(new Date(letter.updatedAt))}>
                          {whenWords(new Date(letter.updatedAt), new Date())}
                        </span>
                        {letter.updatedBy && `, ${people.nameOf(letter.updatedBy)}`}
                      </span>
                    </span>
                    <a
                      className="button"
                      href={historyPath(letter.id)}
                      aria-label={`History of ${letter.title}`}
                      onClick={follow}
                    >
                      History
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          )}
          <LetterRowsFoot
            list={list}
            shown={shown.length}
            search={search.trim()}
            onClear={() => setSearch('')}
          />
        </>
      )}
      {letters.length > 0 && (
        <div className="admin-foot">
          <span role="status">
            {number(letters.length)} {letters.length === 1 ? 'letter' : 'letters'} chosen
          </span>
          <button type="button" className="button button-quiet" onClick={() => setChosen(new Set())}>
            Clear
          </button>
          <button type="button" className="button button-solid" onClick={() => setAsking(true)}>
            Roll back…
          </button>
        </div>
      )}
      {isAsking && (
        <BatchDialog
          letters={letters}
          people={people.members}
          onBegin={(next) => {
            setAsking(false)
            setChosen(new Set())
            setBatch(next)
            window.scrollTo(0, 0)
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
