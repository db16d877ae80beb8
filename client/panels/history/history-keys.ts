import { useLayoutEffect, useRef } from 'react'

export interface HistoryKeys {
  onPlay(): void
  onAuthors(): void
  onClose(): void
  /** So many versions on, or back. */
  onStep(by: number): void
  /** To the sitting before or after this one. */
  onSitting(by: 1 | -1): void
  onEnds(end: 'first' | 'last'): void
}

/** Where a key means something of its own. */
const TAKEN = 'input, textarea, select, dialog, [role="menu"], [role="tablist"]'

/** The keys of the whole screen, wherever the focus is. */
export function useHistoryKeys(keys: HistoryKeys): void {
  const now = useRef(keys)
  now.current = keys
  // Whoever sees the screen is heard: other effects wait until there is time.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const at = event.target instanceof Element ? event.target : null
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog:modal')) return
      const isSlider = at?.matches('.slider-input') === true
      if (at?.closest(TAKEN) && !isSlider) return
      const isButton = at?.closest('button, a, [role="tab"]') != null
      const { onPlay, onAuthors, onClose, onStep, onSitting, onEnds } = now.current
      const { key, shiftKey } = event
      if (key === ' ' && !isButton) onPlay()
      else if (key === 'a' || key === 'A') onAuthors()
      else if (key === 'Escape') onClose()
      else if (shiftKey && key === 'ArrowLeft') onSitting(-1)
      else if (shiftKey && key === 'ArrowRight') onSitting(1)
      // The slider knows these by itself, and a letter is scrolled with the others.
      else if (isSlider) return
      else if (key === 'ArrowLeft') onStep(-1)
      else if (key === 'ArrowRight') onStep(1)
      else if (key === 'Home') onEnds('first')
      else if (key === 'End') onEnds('last')
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
