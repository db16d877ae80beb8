import { useCallback, useEffect, useRef, useState } from 'react'
import { api, type Letter, type RolledBack } from '../../api.ts'
import { follow, historyPath } from '../../app-route.ts'
import { type Outcome, runBatch } from '../../history/batch.ts'
import { undoRollback } from '../history/rollback-notice.tsx'
import { Icon } from '../icons.tsx'
import { errorWords } from '../trouble.tsx'
import { number } from '../when.ts'
import type { Batch } from './batch-dialog.tsx'

interface Props {
  readonly batch: Batch
  /** Every letter has its outcome. */
  onOver(): void
  onClose(): void
}

type Result = RolledBack & { readonly isUndo?: boolean }
type Outcomes = ReadonlyMap<string, Outcome<Result>>

/** Rolls letter after letter back, and shows what became of each. */
export function BatchRun({ batch, onOver, onClose }: Props) {
  const { letters, wanted, reason } = batch
  const [outcomes, setOutcomes] = useState<Outcomes>(new Map())
  const running = useRef(new AbortController())
  const section = useRef<HTMLElement>(null)
  /** What was last begun in each letter, to be tried again when it fails. */
  const work = useRef(new Map<string, () => Promise<Result>>())
  const run = useCallback((some: readonly Letter[]) => {
    const note = ({ id }: Letter, outcome: Outcome<Result>) =>
      setOutcomes((old) => new Map(old).set(id, outcome))
    for (const letter of some) note(letter, { kind: 'waiting' })
    void runBatch(some, ({ id }) => work.current.get(id)!(), note, running.current.signal)
  }, [])
  useEffect(() => {
    running.current = new AbortController()
    for (const { id } of letters) {
      work.current.set(id, () => api.rollBack(id, { wanted, selection: null }, reason))
    }
    run(letters)
    return () => running.current.abort()
  }, [run, letters, wanted, reason])

  const kindOf = ({ id }: Letter) => outcomes.get(id)?.kind ?? 'waiting'
  const failed = letters.filter((letter) => kindOf(letter) === 'failed')
  const ended = letters.filter((letter) => kindOf(letter) === 'done').length + failed.length
  const isOver = ended === letters.length
  // Where the person was is gone: the dialog, and the button that opened it.
  useEffect(() => section.current?.focus(), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: told each time it comes to an end
  useEffect(() => {
    if (isOver) return onOver()
    const onLeave = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [isOver])
  const undo = (letter: Letter, version: number): void => {
    work.current.set(letter.id, () => undoRollback(letter.id, version, reason))
    run([letter])
  }

  return (
    <section ref={section} tabIndex={-1} className="batch" aria-label="Rollback of several letters">
      <div className="batch-head">
        <p className="batch-count" role="status">
          {isOver
            ? `${number(ended - failed.length)} of ${number(letters.length)} done${failed.length > 0 ? `, ${number(failed.length)} not` : ''}.`
            : `${number(ended)} of ${number(letters.length)}… Stay on this page until all are done.`}
        </p>
        {failed.length > 0 && isOver && (
          <button type="button" className="button button-quiet" onClick={() => run(failed)}>
            Try {failed.length === 1 ? 'it' : 'them'} again
          </button>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label="Dismiss"
          aria-disabled={!isOver}
          onClick={() => isOver && onClose()}
        >
          <Icon name="close" />
        </button>
      </div>
      <progress className="batch-bar" aria-label="Letters done" max={letters.length} value={ended} />
      <ul className="batch-list">
        {letters.map((letter) => (
          <li key={letter.id} className="batch-row">
            {isOver ? (
              <a className="batch-title" href={historyPath(letter.id)} onClick={follow}>
                {letter.title}
              </a>
            ) : (
              <span className="batch-title">{letter.title}</span>
            )}
            <OutcomeWords
              outcome={outcomes.get(letter.id)}
              onRetry={() => run([letter])}
              onUndo={(version) => undo(letter, version)}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface OutcomeProps {
  readonly outcome: Outcome<Result> | undefined
  onRetry(): void
  onUndo(version: number): void
}

function OutcomeWords({ outcome, onRetry, onUndo }: OutcomeProps) {
  if (outcome === undefined || outcome.kind === 'waiting') return <span className="batch-words">Waiting</span>
  if (outcome.kind === 'working') return <span className="batch-words">Working…</span>
  if (outcome.kind === 'failed') {
    return (
      <span className="batch-words batch-bad">
        Not done. {errorWords(outcome.error)}{' '}
        <button type="button" className="link-button" onClick={onRetry}>
          Try again
        </button>
      </span>
    )
  }
  const { version, undone, changed, isUndo } = outcome.result
  if (!changed) return <span className="batch-words">Nothing to take back.</span>
  return (
    <span className="batch-words">
      <Icon name="done" className="batch-done" />
      {isUndo ? 'Undone' : `${number(undone)} ${undone === 1 ? 'edit' : 'edits'} taken back`}, now version{' '}
      {number(version)}.{' '}
      <button type="button" className="link-button" onClick={() => onUndo(version)}>
        Undo
      </button>
    </span>
  )
}
