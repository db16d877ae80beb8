import { useEffect, useState } from 'react'
import type { Member } from '../../api.ts'
import { follow } from '../../app-route.ts'
import { browserStore } from '../../sync/browser-store.ts'
import { lettersWithDrafts } from '../../sync/draft-place.ts'
import { Notice } from '../notice.tsx'
import { number } from '../when.ts'

/** That there are words of the person on this device that were not saved, and the way to them; nothing when there are none. */
export function TroubleNotice({ member: { id } }: { member: Member }) {
  const [count, setCount] = useState(0)
  useEffect(() => {
    let isCurrent = true
    lettersWithDrafts(browserStore, id).then(
      (letters) => isCurrent && setCount(letters.length),
      () => undefined, // a device that does not answer now may do so the next time
    )
    return () => {
      isCurrent = false
    }
  }, [id])
  if (count === 0) return null
  return (
    <Notice
      tone="bad"
      head="Not saved."
      actions={
        <a className="button" href="/drafts" onClick={follow}>
          Look at them
        </a>
      }
    >
      Words of yours in {count === 1 ? '1 letter' : `${number(count)} letters`} could not be saved, and are
      kept on this device.
    </Notice>
  )
}
