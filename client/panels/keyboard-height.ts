/**
 * Keeps `--keyboard` at the height of the on-screen keyboard, for what stands on its upper edge. Chrome makes the page
 * smaller by itself (`interactive-widget` in index.html); Safari lays the keyboard over it and says so only here.
 *
 * @returns stops
 */
export function followKeyboard(): () => void {
  const viewport = window.visualViewport
  if (!viewport) return () => {}
  const update = (): void => {
    const covered = Math.max(0, window.innerHeight - viewport.height - viewport.offsetTop)
    document.documentElement.style.setProperty('--keyboard', `${Math.round(covered)}px`)
  }
  update()
  viewport.addEventListener('resize', update)
  viewport.addEventListener('scroll', update)
  return () => {
    viewport.removeEventListener('resize', update)
    viewport.removeEventListener('scroll', update)
    document.documentElement.style.removeProperty('--keyboard')
  }
}
