import { useEffect, useMemo, useRef, useState } from 'react'
import type { SheetView } from '../../history/sheet-view.ts'
import { Icon } from '../icons.tsx'
import { number } from '../when.ts'
import { changesOn, changeWords, point } from './changes.ts'

interface Props {
  /** What is compared with what, in words. */
  readonly words: string
  /** The sheet with the comparison on it; null while it is on its way. */
  readonly view: SheetView | null
  /** Another number for another drawing. */
  readonly drawing: number
  onClose(): void
}

/** Goes from one change to the next, and says what each is. */
export function ChangeStepper({ words, view, drawing, onClose }: Props) {
  const [at, setAt] = useState<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another drawing has other elements
  const changes = useMemo(() => (view ? changesOn(view.root) : []), [view, drawing])
  const pointed = useRef<(typeof changes)[number]>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was pointed at is gone with the drawing
  useEffect(() => setAt(null), [changes])
  const go = (step: number): void => {
    if (changes.length === 0) return
    const next =
      at === null ? (step > 0 ? 0 : changes.length - 1) : (at + step + changes.length) % changes.length
    point(changes[next], pointed.current)
    pointed.current = changes[next]
    setAt(next)
  }
  const count = changes.length
  return (
    <div className="strip">
      <span className="strip-words">{words}</span>
      <span className="strip-count">
        {view &&
          (at === null
            ? `${number(count)} ${count === 1 ? 'change' : 'changes'}`
            : `${number(at + 1)} of ${number(count)}`)}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Previous change"
        data-tip="Previous change"
        aria-disabled={count === 0}
        onClick={() => go(-1)}
      >
        <Icon name="before" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Next change"
        data-tip="Next change"
        aria-disabled={count === 0}
        onClick={() => go(1)}
      >
        <Icon name="after" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Stop comparing"
        data-tip="Stop comparing"
        onClick={onClose}
      >
        <Icon name="close" />
      </button>
      <span className="unseen" role="status">
        {at !== null && changes[at] && `Change ${at + 1} of ${count}. ${changeWords(changes[at])}`}
      </span>
    </div>
  )
}
