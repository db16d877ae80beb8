import type { Draft } from '../../sync/draft.ts'
import { Notice } from '../notice.tsx'
import { number } from '../when.ts'

interface Props {
  readonly drafts: readonly Draft[]
  onLook(): void
}

/** That words did not get into the letter, and where they are. */
export function DraftNotice({ drafts, onLook }: Props) {
  const edits = drafts.reduce((sum, draft) => sum + draft.edits, 0)
  const isOne = edits === 1
  const looks = (
    <button type="button" className="button" onClick={onLook}>
      Look at {isOne ? 'it' : 'them'}…
    </button>
  )
  if (edits === 0) {
    return (
      <Notice tone="bad" head="Taken back." actions={looks}>
        The server was restored to an earlier state and lacks words that had been saved. They are kept on this
        device.
      </Notice>
    )
  }
  return (
    <Notice tone="bad" head="Not saved." actions={looks}>
      {isOne ? '1 edit' : `${number(edits)} edits`} of yours could not be saved, and {isOne ? 'is' : 'are'}{' '}
      kept on this device until you decide. The letter below is what everybody has.
    </Notice>
  )
}
