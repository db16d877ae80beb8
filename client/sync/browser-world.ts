import { COLLAB_PATH } from '../../ot/wire.ts'
import { browserStore } from './browser-store.ts'
import type { Device } from './device.ts'
import type { Wire } from './link.ts'
import { type Locks, PageLocks } from './locks.ts'
import { painted } from './painted.ts'
import { Session } from './session.ts'
import { type SessionWorld, timedId } from './session-world.ts'
import { broadcast } from './tab-channel.ts'

/** One for all letters of this tab. */
const device: Device = { store: browserStore, locks: browserLocks() }

/** A letter of this server, open in this browser, and what ends it. */
export function openSession(
  docId: string,
  member: string,
  createLetter: SessionWorld['createLetter'],
): { session: Session; end(isLeft?: boolean): Promise<void> } {
  const session = new Session(docId, member, browserWorld(docId, createLetter))
  const unheed = heedBrowser(session)
  void session.open()
  return {
    session,
    end(isLeft) {
      unheed()
      return session.close(isLeft)
    },
  }
}

/** The sockets, timers and chance of a browser, for the letter `docId` of the server this page came from. */
function browserWorld(docId: string, createLetter: SessionWorld['createLetter']): SessionWorld {
  return {
    createLetter,
    device,
    // Without locks nobody could say who hosts.
    ...(navigator.locks === undefined ? {} : { channel: broadcast }),
    open() {
      const url = new URL(COLLAB_PATH + docId, location.href)
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
      return new WebSocket(url) as unknown as Wire // its handlers are typed with `this` and full events
    },
    after(ms, task) {
      const timer = setTimeout(task, ms)
      return () => clearTimeout(timer)
    },
    painted,
    now: () => Date.now(),
    random: () => Math.random(),
    wallTime: () => Date.now(),
    newId: () => timedId(Date.now(), Math.random()),
  }
}

/**
 * Locks among the tabs of this browser. A page that came over plain http from another machine has none; it owns what it makes
 * and adopts nothing.
 */
function browserLocks(): Locks {
  const { locks } = navigator as { locks?: LockManager }
  if (locks === undefined) return new PageLocks()
  return {
    take: (name) =>
      new Promise((resolve, reject) => {
        const hold = (lock: Lock | null): Promise<void> | undefined => {
          if (lock !== null) return new Promise((letGo) => resolve(() => letGo()))
          resolve(null)
          return undefined
        }
        locks.request(name, { ifAvailable: true }, hold).catch(reject)
      }),
  }
}

/**
 * Tells a session what the browser knows about the network before a timer could find out.
 *
 * @returns takes the listeners away again
 */
function heedBrowser(session: Session): () => void {
  const wake = () => session.wake()
  const suspect = () => session.suspect()
  const seen = () => {
    if (document.visibilityState === 'visible') session.wake()
    else session.hide()
  }
  window.addEventListener('online', wake)
  window.addEventListener('offline', suspect)
  document.addEventListener('visibilitychange', seen)
  return () => {
    window.removeEventListener('online', wake)
    window.removeEventListener('offline', suspect)
    document.removeEventListener('visibilitychange', seen)
  }
}
