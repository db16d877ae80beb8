import { useCallback, useMemo, useState } from 'react'
import type { Sitting } from '../../api.ts'
import type { Speed } from '../../history/pace.ts'
import type { Against } from './history-bar.tsx'

/** Where in its past a letter is looked at, and how: what the slider, the list and the menus all move. */
export interface Place {
  readonly version: number
  /** It goes on to be the newest when the letter is written in. */
  readonly isNewest: boolean
  readonly against: Against
  readonly isPlaying: boolean
  readonly speed: Speed
  /** To a version, by hand. */
  move(version: number): void
  /** To a version, because it is playing. */
  goOn(version: number): void
  /** To the end of a sitting, with what it changed. */
  choose(sitting: Pick<Sitting, 'from' | 'to'>): void
  compareWith(against: Against): void
  /** Plays, or stops. What has ended plays from the beginning. */
  play(): void
  stop(): void
  setSpeed(speed: Speed): void
}

export const NOTHING: Against = { kind: 'nothing' }

/** @param at  the version to begin with; null: the newest */
export function useHistoryPlace(head: number, at: number | null): Place {
  const [chosen, setChosen] = useState<number | 'newest'>(at !== null && at < head ? at : 'newest')
  const [against, setAgainst] = useState<Against>(NOTHING)
  const [isPlaying, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<Speed>(1)
  const version = chosen === 'newest' ? head : Math.min(chosen, head)

  const goOn = useCallback(
    (to: number) => {
      setChosen(to >= head ? 'newest' : Math.max(1, to))
      // What a sitting changed is shown as long as one is in it.
      setAgainst((old) => (old.kind === 'sitting' && (to < old.from || to > old.to) ? NOTHING : old))
    },
    [head],
  )
  const choose = useCallback(
    ({ from, to }: Pick<Sitting, 'from' | 'to'>) => {
      setPlaying(false)
      setChosen(to >= head ? 'newest' : to)
      setAgainst({ kind: 'sitting', from, to })
    },
    [head],
  )
  return useMemo(
    () => ({
      ...{ version, isNewest: chosen === 'newest', against, isPlaying, speed, goOn, choose, setSpeed },
      move(to) {
        setPlaying(false)
        goOn(to)
      },
      compareWith: setAgainst,
      play() {
        if (head < 2) return
        if (!isPlaying && version >= head) goOn(1)
        setPlaying(!isPlaying)
      },
      stop: () => setPlaying(false),
    }),
    [version, chosen, against, isPlaying, speed, goOn, choose, head],
  )
}
