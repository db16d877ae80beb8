import { type ReactNode, useId, useRef } from 'react'
import type { Sitting, VersionName } from '../../api.ts'
import type { People } from '../people.ts'
import { clockSpan, dayWords, number } from '../when.ts'
import { NamedList } from './named-list.tsx'
import { PeopleList } from './people-list.tsx'
import { SittingList } from './sitting-list.tsx'
import type { Sittings } from './sittings.ts'
import './history-panel.css'

const TABS = ['Sessions', 'People', 'Named'] as const
export type Tab = (typeof TABS)[number]

interface Props {
  readonly tab: Tab
  readonly sittings: Sittings
  readonly names: readonly VersionName[]
  readonly people: People
  readonly head: number
  readonly version: number
  /** The sitting that the version is part of; null while it is not known. */
  readonly sitting: Sitting | null
  /** The person chosen among the people. */
  readonly author: string | null
  readonly mayRollBack: boolean
  readonly mayName: boolean
  onTab(tab: Tab): void
  onSitting(sitting: Sitting): void
  onVersion(version: number): void
  onAuthor(author: string): void
  onName(): void
  onRestore(): void
  onTakeOut(): void
  onUndo(sitting: Sitting): void
}

/** Who wrote when, what was given a name, and the ways back. */
export function HistoryPanel(props: Props) {
  const { tab, sittings, people, sitting, author, head, version } = props
  const id = useId()
  return (
    <div className="history-panel">
      <Tabs id={id} tab={tab} onTab={props.onTab} />
      <div className="history-list" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        {tab === 'Sessions' && (
          <SittingList
            sittings={sittings}
            people={people}
            current={sitting?.from ?? null}
            onChoose={props.onSitting}
            onUndo={props.mayRollBack ? props.onUndo : null}
          />
        )}
        {tab === 'People' && (
          <PeopleList
            list={sittings.list}
            isPart={sittings.hasEarlier}
            people={people}
            chosen={author}
            onChoose={props.onAuthor}
          />
        )}
        {tab === 'Named' && (
          <NamedList
            names={props.names}
            people={people}
            version={version}
            mayName={props.mayName}
            onChoose={props.onVersion}
            onName={props.onName}
          />
        )}
      </div>
      <div className="history-feet">
        <div className="history-chosen">
          <span className="history-chosen-words">{chosenWords(props)}</span>
          {props.mayName && tab !== 'Named' && (
            <button type="button" className="link-button" onClick={props.onName}>
              Name it…
            </button>
          )}
        </div>
        {props.mayRollBack && (
          <>
            <button
              type="button"
              className="button button-solid"
              aria-disabled={version >= head}
              data-tip={version >= head ? 'This is the letter as it is today' : undefined}
              onClick={() => version < head && props.onRestore()}
            >
              Restore this version…
            </button>
            <button
              type="button"
              className="button button-quiet"
              aria-disabled={sitting === null && author === null}
              onClick={() => (sitting !== null || author !== null) && props.onTakeOut()}
            >
              Take out only these edits…
            </button>
          </>
        )}
      </div>
    </div>
  )
}

function chosenWords({ tab, author, sitting, people, version }: Props): ReactNode {
  if (tab === 'People' && author !== null) return `Everything ${people.nameOf(author)} did`
  if (!sitting) return `Version ${number(version)}`
  const [began, ended] = [new Date(sitting.began), new Date(sitting.ended)]
  return `${people.nameOf(sitting.author)}, ${dayWords(ended, new Date()).toLowerCase()} ${clockSpan(began, ended)}`
}

function Tabs({ id, tab, onTab }: { id: string; tab: Tab; onTab(tab: Tab): void }) {
  const list = useRef<HTMLDivElement>(null)
  const move = (event: React.KeyboardEvent): void => {
    const at = TABS.indexOf(tab)
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const index = (next + TABS.length) % TABS.length
    onTab(TABS[index]!)
    list.current?.querySelectorAll('button')[index]?.focus()
  }
  return (
    <div ref={list} className="history-tabs" role="tablist" aria-label="History by" onKeyDown={move}>
      {TABS.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${id}-${name}`}
          aria-selected={name === tab}
          aria-controls={`${id}-panel`}
          tabIndex={name === tab ? 0 : -1}
          className="history-tab"
          onClick={() => onTab(name)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
