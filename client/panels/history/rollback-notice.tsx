import { useState } from 'react'
import { api } from '../../api.ts'
import { Icon } from '../icons.tsx'
import { Notice } from '../notice.tsx'
import { errorWords } from '../trouble.tsx'
import { number } from '../when.ts'

/** A rollback that was just made, or one that was just undone. */
export interface Done {
  readonly version: number
  readonly undone: number
  readonly changed: boolean
  readonly reason: string
  /** It undid a rollback. */
  readonly isUndo: boolean
}

/** Takes a rollback back. @throws ApiError */
export async function undoRollback(id: string, version: number, reason: string): Promise<Done> {
  const why = `Undo: ${reason}`.slice(0, 1_000)
  return {
    ...(await api.rollBack(id, { wanted: { undo: version }, selection: null }, why)),
    reason: why,
    isUndo: true,
  }
}

interface Props {
  readonly id: string
  readonly done: Done
  onDone(done: Done): void
  onDismiss(): void
}

/** Says what was done, and offers to take it back. */
export function RollbackNotice({ id, done, onDone, onDismiss }: Props) {
  const [trouble, setTrouble] = useState<string | null>(null)
  const [isWorking, setWorking] = useState(false)
  const undo = async (): Promise<void> => {
    if (isWorking) return
    setWorking(true)
    try {
      onDone(await undoRollback(id, done.version, done.reason))
    } catch (error) {
      setTrouble(`It is still as it was. ${errorWords(error)}`)
    }
    setWorking(false)
  }
  const close = (
    <button type="button" className="icon-button" aria-label="Dismiss" onClick={onDismiss}>
      <Icon name="close" />
    </button>
  )
  if (!done.changed) {
    return (
      <Notice tone="warn" head="Nothing was changed." actions={close}>
        None of those edits is in the letter any more.
      </Notice>
    )
  }
  return (
    <Notice
      tone="ok"
      head={done.isUndo ? 'Undone.' : 'Done.'}
      actions={
        <>
          <button type="button" className="button" aria-disabled={isWorking} onClick={() => void undo()}>
            Undo
          </button>
          {close}
        </>
      }
    >
      {trouble ??
        `${number(done.undone)} ${done.undone === 1 ? 'edit was' : 'edits were'} taken back. The letter is at version ${number(done.version)}.`}
    </Notice>
  )
}
