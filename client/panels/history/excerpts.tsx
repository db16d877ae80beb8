import { useMemo } from 'react'
import type { Passage } from '../../../ot/comparison.ts'
import type { LookOf } from '../../history/draw-block.ts'
import { excerptsOf } from '../../history/excerpt.ts'
import { withChanges } from '../../history/marked-letter.ts'
import { PastSheet } from './past-sheet.tsx'

interface Props {
  readonly passages: readonly Passage[]
  readonly lookOf: LookOf
  /** What is said when nothing changes. */
  readonly none: string
}

/** The parts of a letter in which something changes, one below the other. */
export function Excerpts({ passages, lookOf, none }: Props) {
  const excerpts = useMemo(() => excerptsOf(withChanges(passages)), [passages])
  if (excerpts.length === 0) return <p className="past-none">{none}</p>
  return excerpts.map((runs, index) => (
    <PastSheet
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one comparison never move
      key={index}
      runs={runs}
      lookOf={lookOf}
      label={`Part ${index + 1} of ${excerpts.length}`}
    />
  ))
}
