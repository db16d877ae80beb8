import { useEffect, useId, useMemo, useState } from 'react'
import { api, type Letter, type Person, type Wanted } from '../../api.ts'
import { type Outcome, runBatch } from '../../history/batch.ts'
import { Dialog } from '../ask.tsx'
import { previewWords } from '../history/rollback-preview.tsx'
import { errorWords } from '../trouble.tsx'
import { number } from '../when.ts'
import { type BatchFields, batchWanted, existed } from './batch-choice.ts'

/** What is to be done, once the person has seen what it would do. */
export interface Batch {
  readonly letters: readonly Letter[]
  readonly wanted: Wanted
  readonly reason: string
}

interface Props {
  readonly letters: readonly Letter[]
  readonly people: readonly Person[]
  onBegin(batch: Batch): void
  onClose(): void
}

const MINUTE = 60_000
/** A date that is being typed is many dates. */
const REST_MS = 400

/** Which edits are taken back in the chosen letters, what comes of it in each, and why. */
export function BatchDialog({ letters, people, onBegin, onClose }: Props) {
  const [opened] = useState(() => Date.now())
  const [fields, setFields] = useState<BatchFields>(() => ({
    ...{ way: 'moment', author: '' },
    ...{ moment: localMinute(opened), since: localMinute(opened - 60 * MINUTE) },
    ...{ from: localMinute(opened - 60 * MINUTE), to: localMinute(opened) },
  }))
  const [reason, setReason] = useState('')
  const [note, setNote] = useState<string | null>(null)
  const id = useId()
  // A clock of this machine that is slow must not leave out what was written just now.
  const newest = Math.max(opened, ...letters.map(({ updatedAt }) => Date.parse(updatedAt)))
  const wanted = useMemo(() => batchWanted(fields, newest), [fields, newest])
  const there = useMemo(() => letters.filter((letter) => existed(letter, fields)), [letters, fields])
  const previews = usePreviews(there, wanted)
  const doing = there.filter((letter) => previews.get(letter.id) !== 'nothing')
  const isLooking = there.some((letter) => !previews.has(letter.id))

  const change = (part: Partial<BatchFields>): void => {
    setNote(null)
    setFields((old) => ({ ...old, ...part }))
  }
  const lacks = !wanted
    ? fields.way === 'author'
      ? 'Choose who.'
      : 'The times are not complete.'
    : isLooking
      ? 'The preview is on its way.'
      : doing.length === 0
        ? 'There is nothing to take back.'
        : reason.trim() === ''
          ? 'Say why: it stays in the history of each letter.'
          : null
  const begin = (event: React.FormEvent): void => {
    event.preventDefault()
    if (lacks || !wanted) setNote(lacks)
    else onBegin({ letters: doing, wanted, reason: reason.trim() })
  }
  const time = (key: 'moment' | 'since' | 'from' | 'to', label: string, way: BatchFields['way']) => (
    <input
      type="datetime-local"
      className="field choice-time"
      aria-label={label}
      value={fields[key]}
      onChange={(event) => change({ [key]: event.target.value, way })}
    />
  )
  const radio = (way: BatchFields['way'], words: React.ReactNode) => (
    <div className="choice">
      <input
        type="radio"
        id={`${id}-${way}`}
        name={id}
        checked={fields.way === way}
        onChange={() => change({ way })}
      />
      <label htmlFor={`${id}-${way}`}>{words}</label>
    </div>
  )
  const count = `${number(letters.length)} ${letters.length === 1 ? 'letter' : 'letters'}`

  return (
    <Dialog title={`Roll ${count} back`} look="wide" onClose={onClose}>
      <form className="rollback" noValidate onSubmit={begin}>
        <fieldset className="choices">
          <legend className="unseen">Which edits</legend>
          {radio('moment', <>To how they were at {time('moment', 'Moment', 'moment')}</>)}
          {radio(
            'author',
            <>
              Without what{' '}
              <select
                className="field choice-person"
                aria-label="Person"
                value={fields.author}
                onChange={(event) => change({ author: event.target.value, way: 'author' })}
              >
                <option value="">…</option>
                {people.map((person) => (
                  <option key={person.id} value={person.id}>
                    {person.name}
                  </option>
                ))}
              </select>{' '}
              did since {time('since', 'Since', 'author')}
            </>,
          )}
          {radio(
            'between',
            <>
              Without what anybody did from {time('from', 'From', 'between')} to {time('to', 'To', 'between')}
            </>,
          )}
        </fieldset>
        <ul className="batch-list" aria-label="What it would do" aria-busy={isLooking}>
          {letters.map((letter) => (
            <li key={letter.id} className="batch-row">
              <span className="batch-title">{letter.title}</span>
              <span className="batch-words">{wordsFor(letter, fields, previews)}</span>
            </li>
          ))}
        </ul>
        <label className="label" htmlFor={`${id}-reason`}>
          Why?
        </label>
        <input
          id={`${id}-reason`}
          className="field"
          value={reason}
          maxLength={1_000}
          autoComplete="off"
          aria-describedby={`${id}-note`}
          onChange={(event) => setReason(event.target.value)}
        />
        <p id={`${id}-note`} className={note ? 'field-note rollback-note' : 'field-note'} role="status">
          {note ?? 'The reason stays in the history of each letter, with your name.'}
        </p>
        <div className="dialog-feet">
          <button type="button" className="button button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-solid" aria-disabled={lacks !== null}>
            Roll back
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** What would be done in each letter, in words; `nothing` where nothing would. Missing: it is not known yet. */
type Previews = ReadonlyMap<string, string>

function usePreviews(letters: readonly Letter[], wanted: Wanted | null): Previews {
  const [previews, setPreviews] = useState<Previews>(new Map())
  useEffect(() => {
    const leaving = new AbortController()
    setPreviews(new Map())
    const timer = setTimeout(() => {
      if (wanted === null) return
      const preview = (letter: Letter) => api.previewRollback(letter.id, { wanted, selection: null })
      const note = ({ id }: Letter, outcome: Outcome<Awaited<ReturnType<typeof preview>>>): void => {
        const words = previewOf(outcome)
        if (words !== null) setPreviews((old) => new Map(old).set(id, words))
      }
      void runBatch(letters, preview, note, leaving.signal)
    }, REST_MS)
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [letters, wanted])
  return previews
}

function previewOf(outcome: Outcome<Awaited<ReturnType<typeof api.previewRollback>>>): string | null {
  if (outcome.kind === 'failed') return `Not known. ${errorWords(outcome.error)}`
  if (outcome.kind !== 'done') return null
  return outcome.result.undone === 0 ? 'nothing' : previewWords(outcome.result)
}

function wordsFor(letter: Letter, fields: BatchFields, previews: Previews): React.ReactNode {
  if (!existed(letter, fields)) return 'Was not there yet, and stays as it is.'
  const words = previews.get(letter.id)
  if (words === undefined) return <span className="late">Looking…</span>
  return words === 'nothing' ? 'Nothing to take back.' : words
}

/** Local time to the minute, as `datetime-local` wants it. */
function localMinute(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * MINUTE).toISOString().slice(0, 16)
}
