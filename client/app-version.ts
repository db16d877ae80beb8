import { useSyncExternalStore } from 'react'
import { loadPagesAfresh } from './app-route.ts'

/**
 * Has the app kept on this device, and says when the server has a newer one.
 *
 * A newer app waits until the person wants it, or until no tab shows the old one. When another tab has asked for it, this one
 * goes on as it is, and gets the new one when the person goes to another page: the old one's files are gone by then.
 */

/** A tab may stay open for weeks. */
const LOOK_AGAIN_MS = 30 * 60_000

let waiting: ServiceWorker | null = null
let isWanted = false
const watchers = new Set<() => void>()

/** To be called once. */
export async function keepApp(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const { serviceWorker } = navigator
  if (import.meta.env.MODE === 'development') {
    // A build of a minute ago would hide the one of now.
    for (const old of await serviceWorker.getRegistrations()) await old.unregister()
    return
  }
  let hadWorker = serviceWorker.controller !== null
  serviceWorker.addEventListener('controllerchange', () => {
    if (isWanted) location.reload()
    else if (hadWorker) loadPagesAfresh()
    hadWorker = true
  })
  try {
    const registration = await serviceWorker.register('/service-worker.js', { updateViaCache: 'none' })
    watch(registration)
  } catch {
    // Private windows may not keep anything: the app works as long as there is a server.
  }
}

/** True when a newer app is ready; React renders again when that changes. */
export function useNewVersion(): boolean {
  return useSyncExternalStore(subscribe, () => waiting !== null)
}

/** Loads the page again, with the newer app. */
export function takeNewVersion(): void {
  isWanted = true
  waiting?.postMessage('take-over')
}

function watch(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    // The first worker of all is nothing new.
    waiting = navigator.serviceWorker.controller ? registration.waiting : null
    for (const watcher of watchers) watcher()
  }
  const follow = (): void => registration.installing?.addEventListener('statechange', look)
  registration.addEventListener('updatefound', follow)
  follow()
  look()
  let lookedAt = performance.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || performance.now() - lookedAt < LOOK_AGAIN_MS) return
    lookedAt = performance.now()
    registration.update().catch(() => {}) // no server: there will be another time
  })
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}
