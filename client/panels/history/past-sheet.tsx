import { useEffect, useLayoutEffect, useRef } from 'react'
import type { LookOf } from '../../history/draw-block.ts'
import type { Run } from '../../history/marked-letter.ts'
import { SheetView } from '../../history/sheet-view.ts'
import '../../editor/letter.css'
import './past-sheet.css'

/** What changed comes into view no oftener: nobody can read a page that jumps with every picture. */
const FOLLOW_MS = 500

interface Props {
  readonly runs: readonly Run[]
  readonly lookOf: LookOf
  readonly label: string
  /** What changed comes into view. */
  readonly follows?: boolean
  /** After the letter was drawn. */
  onDrawn?(view: SheetView): void
}

/** A letter of the past on its sheet, to be read and selected in. */
export function PastSheet({ runs, lookOf, label, follows = false, onDrawn }: Props) {
  const root = useRef<HTMLDivElement>(null)
  const view = useRef<SheetView | null>(null)
  const followed = useRef(Number.NEGATIVE_INFINITY)

  useLayoutEffect(() => {
    if (!root.current) return
    root.current.replaceChildren()
    view.current = new SheetView(root.current, lookOf)
  }, [lookOf])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another look is drawn afresh
  useLayoutEffect(() => {
    const changed = view.current?.show(runs)
    const now = performance.now()
    if (!follows || !changed || now - followed.current < FOLLOW_MS) return
    followed.current = now
    changed.scrollIntoView({ block: 'nearest' })
  }, [runs, lookOf])
  // biome-ignore lint/correctness/useExhaustiveDependencies: told after each drawing
  useEffect(() => {
    if (view.current) onDrawn?.(view.current)
  }, [runs, lookOf])

  return (
    <div className="sheet past-sheet">
      <div className="ql-container ql-disabled">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long letter is scrolled and selected in by keyboard */}
        <div ref={root} className="ql-editor" role="document" aria-label={label} tabIndex={0} />
      </div>
    </div>
  )
}
