import { useEffect, useState } from 'react'
import { wasEmptied } from '../sync/browser-store.ts'
import { Notice } from './notice.tsx'

let isDismissed = false

/** Says that the browser has thrown away what was kept on this device; nothing when it has not. */
export function EmptiedNotice() {
  const [isEmptied, setEmptied] = useState(false)
  useEffect(() => void wasEmptied.then((is) => setEmptied(is && !isDismissed)), [])
  if (!isEmptied) return null
  const dismiss = (): void => {
    isDismissed = true
    setEmptied(false)
  }
  return (
    <Notice
      tone="bad"
      head="This browser has cleared its storage."
      actions={
        <button type="button" className="button" onClick={dismiss}>
          Dismiss
        </button>
      }
    >
      Edits that were kept on this device and had not been sent are gone. Everything that was saved is safe on
      the server.
    </Notice>
  )
}
