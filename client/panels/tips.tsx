import { useEffect, useRef } from 'react'
import './tips.css'

/**
 * Shows the `data-tip` of whatever the pointer rests on or the keyboard reaches, with its `data-keys`.
 *
 * One element for the whole page: a tooltip of its own for each button would be clipped by the toolbar, which
 * scrolls. It repeats names that screen readers have from the buttons themselves, so it is hidden from them.
 */
const REST_MS = 500
/** After one was shown, its neighbours show theirs at once. */
const WARM_MS = 400

export function Tips() {
  const tip = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = tip.current
    if (!element) return
    let timer = 0
    let hiddenAt = Number.NEGATIVE_INFINITY
    let shownFor: Element | null = null
    const hide = (): void => {
      clearTimeout(timer)
      if (shownFor) hiddenAt = performance.now()
      shownFor = null
      if (element.matches(':popover-open')) element.hidePopover()
    }
    const show = (target: HTMLElement): void => {
      if (!target.isConnected || target.getAttribute('aria-expanded') === 'true') return
      shownFor = target
      fill(element, target)
      if (!element.matches(':popover-open')) element.showPopover()
      place(element, target)
    }
    const meet = (event: Event): void => {
      const target = (event.target as Element).closest<HTMLElement>('[data-tip]')
      if (target === shownFor && target) return
      hide()
      if (!target || (event.type === 'focusin' && !target.matches(':focus-visible'))) return
      if (event instanceof PointerEvent && event.pointerType === 'touch') return
      const isWarm = performance.now() - hiddenAt < WARM_MS
      timer = window.setTimeout(() => show(target), isWarm ? 0 : REST_MS)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide()
    }
    document.addEventListener('pointerover', meet)
    document.addEventListener('focusin', meet)
    document.addEventListener('pointerdown', hide)
    document.addEventListener('keydown', onKey)
    window.addEventListener('scroll', hide, { passive: true, capture: true })
    return () => {
      hide()
      document.removeEventListener('pointerover', meet)
      document.removeEventListener('focusin', meet)
      document.removeEventListener('pointerdown', hide)
      document.removeEventListener('keydown', onKey)
      window.removeEventListener('scroll', hide, { capture: true })
    }
  }, [])
  return <div ref={tip} popover="manual" className="tip" aria-hidden="true" />
}

function fill(element: HTMLElement, target: HTMLElement): void {
  element.textContent = target.dataset.tip ?? ''
  const keys = target.dataset.keys
  if (!keys) return
  const kbd = document.createElement('kbd')
  kbd.textContent = keys
  element.append(kbd)
}

function place(element: HTMLElement, target: HTMLElement): void {
  const at = target.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = element
  const centre = at.left + at.width / 2 - width / 2
  const isLow = at.bottom + height + 14 > window.innerHeight
  element.style.left = `${Math.max(8, Math.min(centre, document.documentElement.clientWidth - width - 8))}px`
  element.style.top = `${isLow ? at.top - height - 6 : at.bottom + 6}px`
}
