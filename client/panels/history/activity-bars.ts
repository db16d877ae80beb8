import { useEffect, useState } from 'react'
import { api } from '../../api.ts'

/** How much was changed when: `parts` equal parts of versions 1 to `head`. */
export interface Activity {
  readonly head: number
  readonly parts: readonly number[]
}

const PARTS = 96
/** A letter that grows by less than this share has the same picture. */
const WORTH_ASKING = 0.02

/** Null before it is known; without it the slider is only plainer. */
export function useActivity(id: string, head: number): Activity | null {
  const [activity, setActivity] = useState<Activity | null>(null)
  const isOld = activity === null || head > activity.head * (1 + WORTH_ASKING)
  const parts = Math.min(PARTS, Math.max(1, head))
  useEffect(() => {
    if (!isOld) return
    let isCurrent = true
    api.activity(id, parts).then(
      (answer) => isCurrent && setActivity(answer),
      () => {},
    )
    return () => {
      isCurrent = false
    }
  }, [id, isOld, parts])
  return activity
}
