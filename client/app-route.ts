import { useSyncExternalStore } from 'react'
import { UUID } from '../ot/wire.ts'

/** Where the person is, as the address bar has it. */
export type Route =
  | { readonly at: 'letters' }
  | { readonly at: 'letter'; readonly id: string; readonly isNew: boolean }
  | { readonly at: 'history'; readonly id: string; readonly version: number | null }
  | { readonly at: 'admin' }
  | { readonly at: 'drafts' }
  | { readonly at: 'sign-in'; readonly after: string }
  | { readonly at: 'nowhere' }

const watchers = new Set<() => void>()

export function useRoute(): Route {
  const address = useSyncExternalStore(watch, () => location.pathname + location.search)
  return routeOf(new URL(address, location.origin), history.state)
}

let isAfresh = false

/** From now on every step to another page loads it from the server: the files of this one are gone. */
export function loadPagesAfresh(): void {
  isAfresh = true
}

/** Goes somewhere else. `isNew` marks a letter that was made just now, so that it opens ready to be named. */
export function go(path: string, options: { replace?: boolean; isNew?: boolean } = {}): void {
  const state = options.isNew ? { isNew: true } : null
  if (options.replace) history.replaceState(state, '', path)
  else history.pushState(state, '', path)
  if (isAfresh) return location.reload() // of the new address, with its state
  window.scrollTo(0, 0)
  for (const watcher of watchers) watcher()
}

/** For links: a plain click stays in the page, a click that asks for a new tab is left to the browser. */
export function follow(event: React.MouseEvent<HTMLAnchorElement>): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  go(event.currentTarget.pathname)
}

/** Changes what the address says of this screen, without going anywhere. */
export function noteInAddress(path: string): void {
  history.replaceState(history.state, '', path)
}

export const letterPath = (id: string): string => `/letters/${id}`
/** @param version  null: the newest */
export const historyPath = (id: string, version: number | null = null): string =>
  `/letters/${id}/history${version === null ? '' : `?version=${version}`}`

function routeOf(url: URL, state: unknown): Route {
  if (url.pathname === '/') return { at: 'letters' }
  if (url.pathname === '/sign-in') return { at: 'sign-in', after: ownPath(url.searchParams.get('to')) }
  if (url.pathname === '/admin') return { at: 'admin' }
  if (url.pathname === '/drafts') return { at: 'drafts' }
  const past = /^\/letters\/([^/]+)\/history$/.exec(url.pathname)?.[1]
  if (past && UUID.test(past)) {
    const version = Number(url.searchParams.get('version'))
    return { at: 'history', id: past, version: Number.isSafeInteger(version) && version > 0 ? version : null }
  }
  const id = /^\/letters\/([^/]+)$/.exec(url.pathname)?.[1]
  if (id && UUID.test(id)) {
    return { at: 'letter', id, isNew: (state as { isNew?: boolean } | null)?.isNew === true }
  }
  return { at: 'nowhere' }
}

/** Only a path of ours: the rest of the web must not be reachable through our sign-in. */
function ownPath(path: string | null): string {
  return path !== null && /^\/(?![/\\])/.test(path) ? path : '/'
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  window.addEventListener('popstate', watcher)
  return () => {
    watchers.delete(watcher)
    window.removeEventListener('popstate', watcher)
  }
}
