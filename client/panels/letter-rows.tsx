import { useSyncExternalStore } from 'react'
import type { Letter, Member } from '../api.ts'
import { unsentByLetter, watchUnsent } from '../sync/open-letters.ts'
import type { LetterList } from './letter-list.ts'
import { LetterRow } from './letter-row.tsx'
import type { People } from './people.ts'
import { errorWords } from './trouble.tsx'
import { number } from './when.ts'

type RowsProps = {
  letters: readonly Letter[]
  people: People
  member: Member
  onRename(letter: Letter, title: string): Promise<void>
  onArchive(letter: Letter): void
  onTrouble(words: string): void
}

/** The list itself; the arrows move between letters. */
export function LetterRows({ letters, onRename, onTrouble, ...row }: RowsProps) {
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
          waiting={unsent.get(letter.id) ?? null}
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
  list: LetterList
  shown: number
  search: string
  onClear(): void
}

/** How far the list goes, and the way on. A search must say what it has not looked at. */
export function LetterRowsFoot({ list, shown, search, onClear }: FootProps) {
  const isSearching = search !== ''
  const newest = `the ${number(list.letters.length)} newest letters`
  return (
    <div className="letters-foot">
      <p aria-live="polite">
        {isSearching &&
          shown === 0 &&
          `No title ${list.hasMore ? `among ${newest} ` : ''}has “${search}” in it. `}
        {isSearching && shown > 0 && list.hasMore && `Searched ${newest}. `}
        {list.state === 'failed' && !list.isRemembered && `${errorWords(list.error)} `}
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
