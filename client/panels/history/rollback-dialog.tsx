import { useId, useMemo, useState } from 'react'
import { ApiError, api, type RolledBack, type Selection } from '../../api.ts'
import { Dialog } from '../ask.tsx'
import type { People } from '../people.ts'
import { errorWords } from '../trouble.tsx'
import { clockSpan, dayWords } from '../when.ts'
import {
  type Fields,
  fieldsFor,
  type Purpose,
  pinned,
  requestOf,
  titleOf,
  type Way,
  waysOf,
} from './rollback-choice.ts'
import { changesIn, RollbackPreview, usePreview } from './rollback-preview.tsx'
import './rollback-dialog.css'

/** What is selected on the sheet, with its first words. */
export interface SelectedWords extends Selection {
  readonly text: string
}

interface Props {
  readonly id: string
  readonly purpose: Purpose
  readonly selection: SelectedWords | null
  readonly people: People
  onDone(done: RolledBack, reason: string): void
  onClose(): void
}

const MAX_REASON = 1_000

/**
 * What is taken back, what comes of it, why, and the verb.
 *
 * Others write on while this is open. The preview is made anew before anything is done, and shown again when it does
 * something else than what the person has seen.
 */
export function RollbackDialog({ id, purpose, selection, people, onDone, onClose }: Props) {
  const [fields, setFields] = useState(() => fieldsFor(purpose, selection !== null, Date.now()))
  const [reason, setReason] = useState('')
  const [note, setNote] = useState<string | null>(null)
  const [isDoing, setDoing] = useState(false)
  const noteId = useId()
  const request = useMemo(
    () => requestOf(purpose, fields, selection && place(selection)),
    [purpose, fields, selection],
  )
  const { previewed, setPreviewed, retry } = usePreview(id, request)
  const change = (part: Partial<Fields>): void => {
    setNote(null)
    setFields((old) => ({ ...old, ...part }))
  }

  const preview = previewed.kind === 'known' ? previewed.preview : null
  const lacks =
    request === null
      ? 'The times are not complete.'
      : preview === null
        ? 'The preview is on its way.'
        : preview.undone === 0
          ? 'There is nothing to take back.'
          : reason.trim() === ''
            ? 'Say why: it stays in the history.'
            : null

  const confirm = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    if (isDoing) return
    if (lacks || !request || !preview) {
      setNote(lacks)
      return
    }
    setDoing(true)
    setNote(null)
    try {
      const meant = pinned(request, preview.version)
      const now = await api.previewRollback(id, meant)
      if (changesIn(now) === changesIn(preview)) {
        onDone(await api.rollBack(id, meant, reason.trim()), reason.trim())
        return
      }
      setPreviewed({ kind: 'known', preview: now })
      setNote('The letter has changed meanwhile. This is what it would do now.')
    } catch (error) {
      setNote(refusedWords(error))
    }
    setDoing(false)
  }

  const isRestore = purpose.kind === 'restore'
  return (
    <Dialog title={titleOf(purpose)} look="wide" onClose={onClose}>
      <form className="rollback" noValidate onSubmit={(event) => void confirm(event)}>
        {isRestore ? (
          <p className="dialog-text">
            Everything that was written after it is taken back. It stays in the history, and this can be
            undone. What others write from now on stays.
          </p>
        ) : (
          <Ways purpose={purpose} fields={fields} people={people} onChange={change} />
        )}
        {selection && (
          <label className="choice">
            <input
              type="checkbox"
              checked={fields.isWithin}
              onChange={(event) => change({ isWithin: event.target.checked })}
            />
            <span>
              Only in the words I selected: <q className="rollback-words">{selection.text}</q>
            </span>
          </label>
        )}
        <RollbackPreview previewed={previewed} onRetry={retry} />
        <label className="label" htmlFor={`${noteId}-reason`}>
          Why?
        </label>
        <input
          id={`${noteId}-reason`}
          className="field"
          value={reason}
          maxLength={MAX_REASON}
          autoComplete="off"
          placeholder="Wrong template"
          required
          aria-describedby={noteId}
          onChange={(event) => setReason(event.target.value)}
        />
        <p id={noteId} className={note ? 'field-note rollback-note' : 'field-note'} role="status">
          {note ?? 'The reason stays in the history, with your name.'}
        </p>
        <div className="dialog-feet">
          <button type="button" className="button button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-solid" aria-disabled={lacks !== null || isDoing}>
            {isDoing ? 'Working…' : isRestore ? 'Restore' : 'Take out'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface WaysProps {
  readonly purpose: Purpose & { kind: 'take-out' }
  readonly fields: Fields
  readonly people: People
  onChange(part: Partial<Fields>): void
}

function Ways({ purpose, fields, people, onChange }: WaysProps) {
  const { sitting } = purpose
  const name = people.nameOf(purpose.author)
  const when = sitting && whenOf(sitting.began, sitting.ended)
  const group = useId()
  const time = (key: 'since' | 'from' | 'to', label: string) => (
    <input
      type="datetime-local"
      className="field choice-time"
      aria-label={label}
      value={fields[key]}
      onChange={(event) =>
        onChange({ [key]: event.target.value, way: key === 'since' ? 'since' : 'between' })
      }
    />
  )
  const words: Record<Way, React.ReactNode> = {
    sitting:
      sitting?.origin === 'rollback' ? `This rollback by ${name}, ${when}` : `What ${name} did, ${when}`,
    since: (
      <>
        Everything {name} did since {time('since', 'Since')}
      </>
    ),
    ever: `Everything ${name} ever did`,
    between: (
      <>
        Everything anybody did from {time('from', 'From')} to {time('to', 'To')}
      </>
    ),
  }
  return (
    <fieldset className="choices">
      <legend className="unseen">Which edits</legend>
      {waysOf(purpose).map((way) => (
        <div key={way} className="choice">
          <input
            type="radio"
            id={`${group}-${way}`}
            name={group}
            checked={fields.way === way}
            onChange={() => onChange({ way })}
          />
          <label htmlFor={`${group}-${way}`}>{words[way]}</label>
        </div>
      ))}
    </fieldset>
  )
}

function place({ start, end, version }: SelectedWords): Selection {
  return { start, end, version }
}

function whenOf(began: string, ended: string): string {
  const day = dayWords(new Date(began), new Date())
  return `${day === 'Today' || day === 'Yesterday' ? day.toLowerCase() : day} ${clockSpan(new Date(began), new Date(ended))}`
}

function refusedWords(error: unknown): string {
  if (error instanceof ApiError && error.code === 'network') {
    return 'The server did not answer, so it is not known whether this was done. The history will show it.'
  }
  return `Nothing was changed. ${errorWords(error)}`
}
