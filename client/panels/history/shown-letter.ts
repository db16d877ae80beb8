import { useEffect, useMemo, useRef, useState } from 'react'
import { PIECE } from '../../history/edit-pieces.ts'
import type { Run } from '../../history/marked-letter.ts'
import { LatestFirst } from './latest-first.ts'
import type { PastLetter } from './past-letter.ts'

/** What the sheet shows: the version that was chosen, or the last one that was there until it comes. */
export interface ShownLetter {
  readonly runs: readonly Run[] | null
  /** The version of `runs`; null before there is any. */
  readonly version: number | null
  readonly error: unknown
  retry(): void
}

/** Pieces of the log ahead of what plays: at its fastest half a second, for a server that is busy. */
const AHEAD = [2, 3, 4, 5, 6]

interface Wanted {
  readonly version: number
  readonly head: number
  readonly hasAuthors: boolean
}

export function useShownLetter(past: PastLetter, wanted: Wanted, isPlaying: boolean): ShownLetter {
  const { version, head, hasAuthors } = wanted
  const [answers, setAnswers] = useState(0)
  const [error, setError] = useState<unknown>(null)
  const last = useRef<{ runs: readonly Run[]; version: number } | null>(null)
  const arrived = useRef<Wanted | null>(null)

  const fetching = useMemo(
    () =>
      new LatestFirst<Wanted>(
        async (next) => {
          await past.load(next.version, next.head, next.hasAuthors)
          arrived.current = next
        },
        (failed) => {
          setError(failed)
          setAnswers((count) => count + 1)
        },
      ),
    [past],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer may have brought what was missing
  const runs = useMemo(() => past.runsAt(version, hasAuthors), [past, version, hasAuthors, answers])
  if (runs !== null) last.current = { runs, version }
  else if (arrived.current !== null) {
    // Whoever drags is somewhere else by now, and sees at least where they were.
    const { version: at, hasAuthors: had } = arrived.current
    const there = had === hasAuthors ? past.runsAt(at, had) : null
    if (there !== null) last.current = { runs: there, version: at }
  }
  arrived.current = null

  const isMissing = runs === null
  const piece = Math.floor(version / PIECE)
  useEffect(() => {
    if (isMissing) fetching.want({ version, head, hasAuthors })
  }, [fetching, isMissing, version, head, hasAuthors])
  // What may come next, in both directions, is on its way before it is asked for.
  useEffect(() => {
    if (isMissing) return
    const near = [(piece + 1) * PIECE + 1, piece * PIECE - 1].filter((at) => at > 0 && at <= head)
    for (const at of near) past.load(at, head, hasAuthors).catch(() => {}) // asked for again when it is wanted
  }, [past, isMissing, piece, head, hasAuthors])
  useEffect(() => {
    if (!isPlaying) return
    for (const at of AHEAD.map((pieces) => (piece + pieces) * PIECE + 1)) {
      if (at <= head) past.loadEdits(at, head).catch(() => {})
    }
  }, [past, isPlaying, piece, head])

  return {
    runs: last.current?.runs ?? null,
    version: last.current?.version ?? null,
    error: isMissing ? error : null,
    retry: () => {
      setError(null)
      fetching.want(wanted)
    },
  }
}
