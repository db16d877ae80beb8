import { useSyncExternalStore } from 'react'

const query = () => window.matchMedia('(max-width: 900px)')

/** True where there is no room for a panel beside the sheet. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      const list = query()
      list.addEventListener('change', watcher)
      return () => list.removeEventListener('change', watcher)
    },
    () => query().matches,
  )
}
