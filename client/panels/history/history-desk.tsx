import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api, type Letter, type Member, type Sitting, type VersionName } from '../../api.ts'
import { historyPath, noteInAddress } from '../../app-route.ts'
import type { SheetView } from '../../history/sheet-view.ts'
import { Dialog } from '../ask.tsx'
import { Bones } from '../bones.tsx'
import { Notice } from '../notice.tsx'
import { usePeople } from '../people.ts'
import { errorWords, Trouble } from '../trouble.tsx'
import { clock, clockSpan, dayWords, exactTime, number } from '../when.ts'
import { useActivity } from './activity-bars.ts'
import { AuthorLegend } from './author-legend.tsx'
import { ChangeStepper } from './change-stepper.tsx'
import { type Pair, useComparison } from './comparison.ts'
import { type Against, HistoryBar } from './history-bar.tsx'
import { useHistoryKeys } from './history-keys.ts'
import { HistoryPanel, type Tab } from './history-panel.tsx'
import { NOTHING, useHistoryPlace } from './history-place.ts'
import { looksOf } from './mark-words.ts'
import { NameVersion } from './name-version.tsx'
import { useNarrow } from './narrow.ts'
import { PastLetter } from './past-letter.ts'
import { PastSheet } from './past-sheet.tsx'
import { usePlaying } from './playing.ts'
import type { Purpose } from './rollback-choice.ts'
import { RollbackDialog, type SelectedWords } from './rollback-dialog.tsx'
import { type Done, RollbackNotice, undoRollback } from './rollback-notice.tsx'
import { useShownLetter } from './shown-letter.ts'
import { useSittings } from './sittings.ts'
import { TimeSlider } from './time-slider.tsx'
import './history-desk.css'

interface Props {
  readonly letter: Letter
  readonly member: Member
  /** The newest version, as far as this page has heard. */
  readonly newest: number
  /** The version to begin with; null: the newest. */
  readonly at: number | null
  onClose(): void
}

/** A version in the address is for those who stay there. */
const REST_MS = 400

/** A letter through time: one version on the sheet, all of them on the slider, and who made them beside it. */
export function HistoryDesk({ letter, member, newest, at, onClose }: Props) {
  const { id } = letter
  const past = useMemo(() => new PastLetter(id), [id])
  const people = usePeople(member)
  const looks = useMemo(() => looksOf(people), [people])
  const isNarrow = useNarrow()

  const [reached, setReached] = useState(0)
  const head = Math.max(1, newest, letter.version, reached)
  const place = useHistoryPlace(head, at)
  const { version, isNewest, against, isPlaying } = place
  const [hasAuthors, setAuthors] = useState(false)
  const [tab, setTab] = useState<Tab>('Sessions')
  const [author, setAuthor] = useState<string | null>(null)
  const [isPanelOpen, setPanelOpen] = useState(false)
  const [isNaming, setNaming] = useState(false)
  const [rolling, setRolling] = useState<{ purpose: Purpose; selection: SelectedWords | null } | null>(null)
  const [done, setDone] = useState<Done | null>(null)
  const [changes, setChanges] = useState(0)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [names, setNames] = useState<readonly VersionName[]>([])
  const [drawings, setDrawings] = useState(0)
  const view = useRef<SheetView | null>(null)
  const desk = useRef<HTMLElement>(null)

  const sittings = useSittings(id, head, changes)
  const activity = useActivity(id, head)
  const shown = useShownLetter(past, { version, head, hasAuthors }, isPlaying)
  const pair = isPlaying ? null : pairOf(against, version)
  const comparison = useComparison(id, pair)
  usePlaying({
    ...{ isPlaying, speed: place.speed, head, version, shown: shown.version },
    onMove: place.goOn,
    onEnd: place.stop,
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: names change with what I do and with what is fetched
  useEffect(() => {
    // Without names the history is still all there.
    api.versionNames(id).then(setNames, () => {})
  }, [id, changes, sittings.list.length])
  useEffect(() => {
    const timer = setTimeout(() => noteInAddress(historyPath(id, isNewest ? null : version)), REST_MS)
    return () => clearTimeout(timer)
  }, [id, isNewest, version])
  useEffect(() => {
    desk.current?.querySelector<HTMLElement>('.slider-input')?.focus()
  }, [])

  const { list } = sittings
  const sitting = useMemo(
    () => list.find(({ from, to }) => from <= version && version <= to) ?? null,
    [list, version],
  )
  const choose = useCallback(
    (next: Sitting) => {
      setPanelOpen(false)
      setAuthor(null)
      setAuthors(false)
      place.choose(next)
    },
    [place.choose],
  )
  const settle = useCallback(
    (next: Done) => {
      setRolling(null)
      setDone(next)
      setReached(next.version)
      place.choose({ from: next.changed ? next.version : next.version + 1, to: next.version })
      setChanges((count) => count + 1)
    },
    [place.choose],
  )
  const undo = useCallback(
    ({ to, reason }: Sitting) => {
      undoRollback(id, to, reason ?? 'a rollback').then(settle, (error) =>
        setTrouble(`The rollback was not undone. ${errorWords(error)}`),
      )
    },
    [id, settle],
  )
  /** Who wrote what, or what changed: one question at a time. */
  const showAuthors = (): void => {
    place.compareWith(NOTHING)
    setAuthors(!hasAuthors)
  }
  const compareWith = (next: Against): void => {
    setAuthors(false)
    place.compareWith(next)
  }
  const begin = (purpose: Purpose): void => {
    place.stop()
    setPanelOpen(false)
    const selected = view.current?.selection() ?? null
    const selection = selected && {
      ...selected,
      version: comparison.runs && pair ? pair.to : version,
      text: (document.getSelection()?.toString() ?? '').trim().slice(0, 200),
    }
    setRolling({ purpose, selection })
  }

  useHistoryKeys({
    onPlay: place.play,
    onAuthors: showAuthors,
    onClose,
    onStep: (by) => place.move(version + by),
    onSitting: (by) => {
      const index = sitting ? list.indexOf(sitting) - by : 0
      if (list[index]) choose(list[index])
    },
    onEnds: (end) => place.move(end === 'first' ? 1 : head),
  })

  const edit = shown.version === null ? null : past.editAt(shown.version)
  const time = edit && new Date(edit.time)
  const when = time ? `${dayWords(time, new Date())} ${clock(time)}` : ''
  const runs = comparison.runs ?? shown.runs
  const canRollBack = letter.role === 'owner'
  const panel = (
    <HistoryPanel
      tab={tab}
      sittings={sittings}
      names={names}
      people={people}
      head={head}
      version={version}
      sitting={sitting}
      author={tab === 'People' ? author : null}
      mayRollBack={canRollBack}
      mayName={letter.role === 'owner' || letter.role === 'editor'}
      onTab={setTab}
      onSitting={choose}
      onVersion={(to) => {
        setPanelOpen(false)
        place.compareWith(NOTHING)
        place.move(to)
      }}
      onAuthor={(next) => {
        setAuthor(next)
        place.compareWith(NOTHING)
        setAuthors(true)
      }}
      onName={() => setNaming(true)}
      onRestore={() => begin({ kind: 'restore', version })}
      onTakeOut={() => {
        const isPerson = tab === 'People' && author !== null
        begin({
          kind: 'take-out',
          sitting: isPerson ? null : sitting,
          author: isPerson ? author : (sitting?.author ?? null),
        })
      }}
      onUndo={undo}
    />
  )

  return (
    <div className="history">
      <HistoryBar
        id={id}
        title={letter.title}
        words={`Viewing version ${number(version)} of ${number(head)}${when && ` · ${when}`}`}
        exact={time ? exactTime(time) : undefined}
        version={version}
        head={head}
        names={names}
        against={against}
        sitting={sitting}
        hasAuthors={hasAuthors}
        onPanel={isNarrow ? () => setPanelOpen(true) : null}
        onAgainst={compareWith}
        onAuthors={showAuthors}
        onClose={onClose}
      />
      <main ref={desk} className="history-desk" aria-label="History">
        <div className="history-scroll">
          <div className="desk-notices">
            {done && <RollbackNotice id={id} done={done} onDone={settle} onDismiss={() => setDone(null)} />}
            {trouble && (
              <Notice
                tone="bad"
                head="Not done."
                actions={
                  <button type="button" className="button" onClick={() => setTrouble(null)}>
                    Dismiss
                  </button>
                }
              >
                {trouble}
              </Notice>
            )}
            {comparison.error !== null && (
              <Notice
                tone="warn"
                head="Not compared."
                actions={
                  <button type="button" className="button" onClick={comparison.retry}>
                    Try again
                  </button>
                }
              >
                {errorWords(comparison.error)}
              </Notice>
            )}
          </div>
          {pair && (
            <ChangeStepper
              words={pairWords(
                against,
                pair,
                sitting &&
                  `${people.nameOf(sitting.author)}, ${clockSpan(new Date(sitting.began), new Date(sitting.ended))}`,
              )}
              view={comparison.runs ? view.current : null}
              drawing={drawings}
              onClose={() => place.compareWith(NOTHING)}
            />
          )}
          {hasAuthors && !pair && shown.runs && <AuthorLegend runs={shown.runs} people={people} />}
          {runs ? (
            <PastSheet
              runs={runs}
              lookOf={looks}
              label={`Version ${number(shown.version ?? version)}`}
              follows={isPlaying}
              onDrawn={(next) => {
                view.current = next
                // Only the changes of a comparison are looked for on the sheet: what plays is rendered once.
                if (pair) setDrawings((count) => count + 1)
              }}
            />
          ) : shown.error ? (
            <Trouble
              title="This version could not be fetched"
              actions={
                <button type="button" className="button button-solid" onClick={shown.retry}>
                  Try again
                </button>
              }
            >
              {errorWords(shown.error)} The letter itself is safe.
            </Trouble>
          ) : (
            <div className="sheet" role="status" aria-label="Fetching the letter">
              <Bones />
            </div>
          )}
        </div>
        <TimeSlider
          head={head}
          version={version}
          words={`Version ${number(version)} of ${number(head)}${when && `, ${when}`}${edit ? `, ${people.nameOf(edit.author)}` : ''}`}
          activity={activity}
          chosen={against.kind === 'sitting' ? against : null}
          isPlaying={isPlaying}
          speed={place.speed}
          note={noteOf(shown.version !== version, shown.error, shown.retry)}
          onMove={place.move}
          onPlay={place.play}
          onSpeed={place.setSpeed}
        />
      </main>
      {isNarrow ? (
        isPanelOpen && (
          <Dialog title="History" look="drawer" onClose={() => setPanelOpen(false)}>
            {panel}
          </Dialog>
        )
      ) : (
        <aside className="history-aside" aria-label="Sessions, people and named versions">
          {panel}
        </aside>
      )}
      {isNaming && (
        <NameVersion
          id={id}
          version={version}
          name={names.find((name) => name.version === version)?.name ?? ''}
          onNamed={() => {
            setNaming(false)
            setChanges((count) => count + 1)
          }}
          onClose={() => setNaming(false)}
        />
      )}
      {rolling && (
        <RollbackDialog
          id={id}
          purpose={rolling.purpose}
          selection={rolling.selection}
          people={people}
          onDone={(result, reason) => settle({ ...result, reason, isUndo: false })}
          onClose={() => setRolling(null)}
        />
      )}
    </div>
  )
}

function pairOf(against: Against, version: number): Pair | null {
  if (against.kind === 'nothing') return null
  const other = against.kind === 'sitting' ? against.from - 1 : against.version
  return other === version ? null : { from: Math.min(other, version), to: Math.max(other, version) }
}

function pairWords(against: Against, { from, to }: Pair, sitting: string | null): string {
  if (against.kind === 'sitting' && sitting) return sitting
  if (against.kind !== 'version') return `Version ${number(from)} and ${number(to)}`
  const other = against.name === 'today' ? 'the letter today' : against.name
  return `Version ${number(against.version === to ? from : to)} and ${other}`
}

function noteOf(isLate: boolean, error: unknown, onRetry: () => void): React.ReactNode {
  if (!isLate) return null
  if (error === null) return <span className="late">Fetching…</span>
  return (
    <button type="button" className="link-button" onClick={onRetry}>
      Try again
    </button>
  )
}
