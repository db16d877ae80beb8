import { Fragment, memo, type ReactNode, useEffect, useRef } from 'react'
import type { Sitting } from '../../api.ts'
import { Avatar } from '../avatar.tsx'
import { Icon } from '../icons.tsx'
import type { People } from '../people.ts'
import { errorWords } from '../trouble.tsx'
import { clockSpan, dayWords, exactTime, number } from '../when.ts'
import type { Sittings } from './sittings.ts'

interface Props {
  readonly sittings: Sittings
  readonly people: People
  /** The first version of the sitting that holds the chosen version. */
  readonly current: number | null
  onChoose(sitting: Sitting): void
  /** Null: I may not. */
  readonly onUndo: ((sitting: Sitting) => void) | null
}

/** Who sat at the letter when, newest first, by day. */
export const SittingList = memo(function SittingList({ sittings, current, ...rest }: Props) {
  const { state, list, hasEarlier, error } = sittings
  const foot = useRef<HTMLDivElement>(null)
  const more = useRef(sittings.earlier)
  more.current = sittings.earlier
  // biome-ignore lint/correctness/useExhaustiveDependencies: the foot is there while there is more
  useEffect(() => {
    if (!foot.current) return
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && more.current(), {
      rootMargin: '200px',
    })
    watch.observe(foot.current)
    return () => watch.disconnect()
  }, [hasEarlier])

  if (state === 'failed' && list.length === 0) {
    return (
      <div className="past-none" role="alert">
        <p className="past-none-title">The history could not be fetched</p>
        <p>{errorWords(error)} The letter itself is safe.</p>
        <button type="button" className="button button-quiet" onClick={sittings.retry}>
          Try again
        </button>
      </div>
    )
  }
  if (state === 'loading') return <SittingBones />
  const now = new Date()
  const days = byDay(list, now)
  return (
    <>
      {days.map(([day, ofDay]) => (
        <Fragment key={`${day} ${ofDay[0]!.from}`}>
          <h3 className="past-day">{day}</h3>
          <ul className="past-list">
            {ofDay.map((sitting) => (
              <Row key={sitting.from} sitting={sitting} isCurrent={current === sitting.from} {...rest} />
            ))}
          </ul>
        </Fragment>
      ))}
      {state === 'failed' && (
        <div className="past-none" role="alert">
          <p>What is earlier could not be fetched. {errorWords(error)}</p>
          <button type="button" className="button button-quiet" onClick={sittings.retry}>
            Try again
          </button>
        </div>
      )}
      {hasEarlier && state !== 'failed' && (
        <div ref={foot} className="past-foot">
          <button
            type="button"
            className="button"
            aria-disabled={state === 'growing'}
            onClick={sittings.earlier}
          >
            {state === 'growing' ? 'Fetching…' : 'Earlier'}
          </button>
        </div>
      )}
    </>
  )
})

function byDay(list: readonly Sitting[], now: Date): [string, Sitting[]][] {
  const days: [string, Sitting[]][] = []
  for (const sitting of list) {
    const day = dayWords(new Date(sitting.ended), now)
    if (days.at(-1)?.[0] === day) days.at(-1)![1].push(sitting)
    else days.push([day, [sitting]])
  }
  return days
}

type RowProps = Omit<Props, 'sittings' | 'current'> & {
  readonly sitting: Sitting
  readonly isCurrent: boolean
}

/** While a history plays, another one becomes the current one with every picture; the rest must cost nothing. */
const Row = memo(function Row({ sitting, people, isCurrent, onChoose, onUndo }: RowProps) {
  const { author, origin, began, ended, names, reason } = sitting
  const isRollback = origin === 'rollback'
  const name = people.nameOf(author)
  const when = `${exactTime(new Date(began))}, versions ${number(sitting.from)} to ${number(sitting.to)}`
  return (
    <li className="sitting" data-current={isCurrent || undefined}>
      <button
        type="button"
        className="sitting-choose"
        aria-current={isCurrent || undefined}
        title={when}
        onClick={() => onChoose(sitting)}
      >
        {isRollback ? (
          <span className="sitting-sign">
            <Icon name="undo" />
          </span>
        ) : (
          <Avatar person={people.find(author)} />
        )}
        <span className="sitting-what">
          <span className="sitting-who">
            <span className="sitting-name">{isRollback ? `Rolled back by ${name}` : name}</span>
            {names.map((named) => (
              <span key={named.version} className="chip">
                {named.name}
              </span>
            ))}
          </span>
          <span className="sitting-how">
            {clockSpan(new Date(began), new Date(ended))}
            {' · '}
            {isRollback && reason !== null ? `“${reason}”` : <Size sitting={sitting} />}
          </span>
        </span>
      </button>
      {isRollback && onUndo && (
        <button
          type="button"
          className="link-button sitting-undo"
          aria-label={`Undo this rollback by ${name}`}
          onClick={() => onUndo(sitting)}
        >
          Undo
        </button>
      )}
    </li>
  )
})

/** "+214 −31 characters". */
export function Size({ sitting }: { sitting: Pick<Sitting, 'added' | 'deleted' | 'formatted'> }): ReactNode {
  const { added, deleted, formatted } = sitting
  if (added === 0 && deleted === 0) return formatted === 0 ? 'no change' : 'formatting'
  return (
    <>
      <span className="unseen">
        {number(added)} characters added, {number(deleted)} deleted
      </span>
      <span aria-hidden="true">
        {added > 0 && <span className="size-plus">+{number(added)}</span>}
        {added > 0 && deleted > 0 && ' '}
        {deleted > 0 && <span className="size-minus">−{number(deleted)}</span>}
      </span>
    </>
  )
}

function SittingBones() {
  return (
    <div className="late sitting-bones" role="status" aria-label="Fetching the history">
      {[120, 96, 132, 104].map((width) => (
        <div key={width} className="sitting-bone">
          <span className="bone" style={{ width: 26, height: 26, borderRadius: 13 }} />
          <span>
            <span className="bone" style={{ width, height: 13 }} />
            <span className="bone" style={{ width: width * 1.3, height: 11, marginTop: 8 }} />
          </span>
        </div>
      ))}
    </div>
  )
}
