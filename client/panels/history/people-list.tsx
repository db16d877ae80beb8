import { useMemo } from 'react'
import type { Sitting } from '../../api.ts'
import { Avatar } from '../avatar.tsx'
import type { People } from '../people.ts'
import { exactTime, number, whenWords } from '../when.ts'
import { Size } from './sitting-list.tsx'

/** What one person did to the letter, as far as the history has been fetched. */
export interface Share {
  /** A member's id; null for a machine. */
  readonly author: string | null
  readonly added: number
  readonly deleted: number
  readonly formatted: number
  readonly sittings: number
  /** ISO 8601. */
  readonly last: string
}

interface Props {
  readonly list: readonly Sitting[]
  /** The list goes back further than it shows. */
  readonly isPart: boolean
  readonly people: People
  readonly chosen: string | null
  onChoose(author: string): void
}

/** Who wrote, those who wrote last first. */
export function PeopleList({ list, isPart, people, chosen, onChoose }: Props) {
  const shares = useMemo(() => sharesOf(list), [list])
  return (
    <>
      <ul className="past-list">
        {shares.map((share) => {
          const { author } = share
          const isChosen = author !== null && author === chosen
          return (
            <li key={author} className="sitting" data-current={isChosen || undefined}>
              <button
                type="button"
                className="sitting-choose"
                aria-pressed={isChosen}
                disabled={author === null}
                onClick={() => author !== null && onChoose(author)}
              >
                <Avatar person={people.find(author)} />
                <span className="sitting-what">
                  <span className="sitting-name">{people.nameOf(author)}</span>
                  <span className="sitting-how">
                    <Size sitting={share} />
                    {` · ${number(share.sittings)} ${share.sittings === 1 ? 'session' : 'sessions'} · `}
                    <span title={exactTime(new Date(share.last))}>
                      {whenWords(new Date(share.last), new Date()).toLowerCase()}
                    </span>
                  </span>
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      {isPart && (
        <p className="past-note">Of the {number(list.length)} newest sessions. Scroll them for more.</p>
      )}
    </>
  )
}

function sharesOf(list: readonly Sitting[]): Share[] {
  const shares = new Map<string | null, Share>()
  for (const { author, origin, added, deleted, formatted, ended } of list) {
    if (origin === 'rollback') continue
    const share = shares.get(author)
    shares.set(author, {
      author,
      added: (share?.added ?? 0) + added,
      deleted: (share?.deleted ?? 0) + deleted,
      formatted: (share?.formatted ?? 0) + formatted,
      sittings: (share?.sittings ?? 0) + 1,
      last: share?.last ?? ended,
    })
  }
  return [...shares.values()]
}
