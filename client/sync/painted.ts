/** A page that is not drawn for so long, because it is covered for instance, is not waited for, ms. */
const LATEST_MS = 100

/** Whoever is to leave the page is told before it goes: when somebody asks to, and when it is put away. */
const LEAVING = ['beforeunload', 'pagehide', 'visibilitychange'] as const

/** One for all who wait for the same frame. */
let next: Promise<void> | null = null
/** A frame was just handed over, and its turn goes on. */
let isBehind = false

/**
 * Resolves when what was just written is on its way to the screen, which is the time for everything the glyph did not need.
 * At once for what is a consequence of that, and where nobody looks: a page that is put away may have no other moment.
 */
export function painted(): Promise<void> {
  if (isBehind || document.visibilityState === 'hidden') return Promise.resolve()
  next ??= new Promise((resolve) => {
    let isOver = false
    const end = (): void => {
      if (isOver) return // a frame may come after all, when the next one is waited for already
      isOver = true
      next = null
      isBehind = true
      setTimeout(() => {
        isBehind = false
      })
      clearTimeout(late)
      for (const name of LEAVING) window.removeEventListener(name, end)
      resolve()
    }
    const late = setTimeout(end, LATEST_MS)
    for (const name of LEAVING) window.addEventListener(name, end)
    requestAnimationFrame(() => setTimeout(end))
  })
  return next
}
