import { useLayoutEffect, useRef, useState } from 'react'
import { LIMITS } from '../../ot/wire.ts'
import type { Letter, Member } from '../api.ts'
import { follow, letterPath } from '../app-route.ts'
import type { Waiting } from '../sync/open-letters.ts'
import { Avatars } from './avatar.tsx'
import { Icon } from './icons.tsx'
import { UNBORN } from './letter-births.ts'
import { MenuButton } from './menu.tsx'
import type { People } from './people.ts'
import { edits, place } from './status-words.ts'
import { exactTime, whenWords } from './when.ts'

interface Props {
  readonly letter: Letter
  readonly people: People
  readonly member: Member
  /** What this tab has of it that the server does not; null when there is nothing. */
  readonly waiting: Waiting | null
  onRename(title: string): void
  onArchive(letter: Letter): void
}

/** A letter in the list: what it is called, who wrote, when. The whole row opens it. */
export function LetterRow({ letter, people, member, waiting, onRename, onArchive }: Props) {
  const [isRenaming, setRenaming] = useState(false)
  const mayEdit = letter.role === 'owner' || letter.role === 'editor'
  const mayArchive = letter.role === 'owner'
  const row = useRef<HTMLLIElement>(null)
  /** The title was left by a key, whose next press is meant for the row. */
  const isLeft = useRef(false)
  // Before that press, which may as well go elsewhere: whoever has gone on is not called back.
  useLayoutEffect(() => {
    if (isRenaming || !isLeft.current) return
    isLeft.current = false
    row.current?.querySelector<HTMLElement>('.row-title')?.focus()
  }, [isRenaming])
  const updated = new Date(letter.updatedAt)
  const writers = [...new Set([letter.createdBy, letter.updatedBy ?? letter.createdBy])]
  const nameOf = (id: string): string =>
    id === member.id ? 'you' : (people.find(id)?.name ?? people.stranger.toLowerCase())
  return (
    <li
      ref={row}
      className="row"
      onKeyDown={(event) => {
        if (isRenaming || !(event.target as Element).matches('.row-title')) return
        if (event.key === 'F2' && mayEdit) setRenaming(true)
        else if (event.key === 'Delete' && mayArchive) onArchive(letter)
        else return
        event.preventDefault()
      }}
    >
      <div className="row-what">
        {isRenaming ? (
          <TitleInput
            title={letter.title}
            onDone={(title, byKey) => {
              isLeft.current = byKey
              setRenaming(false)
              if (title !== null && title !== letter.title) onRename(title)
            }}
          />
        ) : (
          <a className="row-title" href={letterPath(letter.id)} onClick={follow}>
            {letter.title}
          </a>
        )}
        <div className={waiting ? 'row-note row-waiting' : 'row-note'}>
          {waiting
            ? `${edits(waiting.edits)} kept ${place(waiting)}`
            : letter.version === UNBORN
              ? 'Made on this device, and not on the server yet'
              : letter.updatedBy
                ? `Last change by ${nameOf(letter.updatedBy)}`
                : `Created by ${nameOf(letter.createdBy)}`}
          {!mayEdit && ' · Read only'}
        </div>
      </div>
      <div className="row-who">
        <Avatars
          people={writers.map((id) => people.find(id))}
          label={writers.map((id) => people.nameOf(id)).join(', ')}
        />
      </div>
      <time className="row-when" dateTime={letter.updatedAt} title={exactTime(updated)}>
        {whenWords(updated, new Date())}
      </time>
      <MenuButton
        label={`More for ${letter.title}`}
        className="icon-button row-more"
        groups={[
          {
            items: [
              {
                id: 'tab',
                label: 'Open in a new tab',
                icon: 'open',
                onPick: () => void window.open(letterPath(letter.id)),
              },
              ...(mayEdit
                ? [
                    {
                      id: 'rename',
                      label: 'Rename',
                      icon: 'rename',
                      keys: 'F2',
                      onPick: () => setRenaming(true),
                    } as const,
                  ]
                : []),
              ...(mayArchive
                ? [
                    {
                      id: 'archive',
                      label: 'Archive…',
                      icon: 'archive',
                      keys: 'Del',
                      bad: true,
                      onPick: () => onArchive(letter),
                    } as const,
                  ]
                : []),
            ],
          },
        ]}
      >
        <Icon name="more" />
      </MenuButton>
    </li>
  )
}

interface TitleProps {
  readonly title: string
  /** With the new title, or null when the person thought better of it. */
  onDone(title: string | null, byKey: boolean): void
}

function TitleInput({ title, onDone }: TitleProps) {
  const [text, setText] = useState(title)
  const input = useRef<HTMLInputElement>(null)
  const isDone = useRef(false)
  // Before the next key press, which must not find the row instead.
  useLayoutEffect(() => {
    input.current?.focus()
    input.current?.select()
  }, [])
  const finish = (result: string | null, byKey: boolean): void => {
    if (isDone.current) return
    isDone.current = true
    onDone(result?.trim() ? result.trim() : null, byKey)
  }
  return (
    <input
      ref={input}
      className="field row-input"
      aria-label="Title"
      value={text}
      maxLength={LIMITS.titleLength}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(text, false)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(text, true)
        else if (event.key === 'Escape') finish(null, true)
      }}
    />
  )
}
