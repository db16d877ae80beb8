import { useEffect, useMemo, useState } from 'react'
import { api } from '../../api.ts'
import { type Run, withChanges } from '../../history/marked-letter.ts'

/** Two versions beside one another, the earlier first. */
export interface Pair {
  readonly from: number
  readonly to: number
}

export interface Comparison {
  /** Null while it is on its way, and when there is nothing to compare. */
  readonly runs: readonly Run[] | null
  readonly error: unknown
  retry(): void
}

/** A slider that is still moving must not make the server compare every version it passes. */
const REST_MS = 120

export function useComparison(id: string, pair: Pair | null): Comparison {
  const [answer, setAnswer] = useState<{ key: string; runs: readonly Run[] } | null>(null)
  const [failure, setFailure] = useState<{ key: string; error: unknown } | null>(null)
  const [asked, setAsked] = useState(0)
  const key = pair === null ? '' : `${pair.from} ${pair.to}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is what `asked` is for
  useEffect(() => {
    if (key === '') return
    let isCurrent = true
    const [from, to] = key.split(' ').map(Number) as [number, number]
    const timer = setTimeout(() => {
      api.compare(id, from, to).then(
        (passages) => isCurrent && setAnswer({ key, runs: withChanges(passages) }),
        (error) => isCurrent && setFailure({ key, error }),
      )
    }, REST_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [id, key, asked])
  return useMemo(
    () => ({
      runs: key !== '' && answer?.key === key ? answer.runs : null,
      error: failure?.key === key ? failure.error : null,
      retry: () => {
        setFailure(null)
        setAsked((count) => count + 1)
      },
    }),
    [key, answer, failure],
  )
}
