import { useState } from 'react'
import { LIMITS } from '../../../ot/wire.ts'
import { api, type VersionName } from '../../api.ts'
import { Dialog } from '../ask.tsx'
import { errorWords } from '../trouble.tsx'
import { number } from '../when.ts'

interface Props {
  readonly id: string
  readonly version: number
  /** The name it has. */
  readonly name: string
  onNamed(name: VersionName): void
  onClose(): void
}

/** Asks for the name of a version. */
export function NameVersion({ id, version, name: known, onNamed, onClose }: Props) {
  const [name, setName] = useState(known)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [isSaving, setSaving] = useState(false)
  const isEmpty = name.trim() === ''

  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    if (isEmpty || isSaving) return
    setSaving(true)
    try {
      onNamed(await api.nameVersion(id, version, name.trim()))
    } catch (error) {
      setTrouble(errorWords(error))
      setSaving(false)
    }
  }

  return (
    <Dialog title={`Name version ${number(version)}`} onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <label className="label" htmlFor="version-name">
          Name
        </label>
        <input
          id="version-name"
          className="field"
          value={name}
          maxLength={LIMITS.titleLength}
          placeholder="Sent to client"
          autoComplete="off"
          aria-invalid={trouble !== null}
          aria-describedby="version-name-note"
          onChange={(event) => setName(event.target.value)}
        />
        <p
          id="version-name-note"
          className={trouble ? 'field-note field-bad' : 'field-note'}
          role={trouble ? 'alert' : undefined}
        >
          {trouble ?? 'Everybody who sees the history sees it.'}
        </p>
        <div className="dialog-feet">
          <button type="button" className="button button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-solid" aria-disabled={isEmpty || isSaving}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}
