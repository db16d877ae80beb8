import { COLLAB_PATH } from '../../ot/wire.ts'
import type { LinkWorld, Wire } from './link.ts'
import { Session } from './session.ts'

/** A letter of this server, open in this browser, and what ends it. */
export function openSession(docId: string): { session: Session; end(): void } {
  const session = new Session(docId, browserWorld(docId))
  const unheed = heedBrowser(session)
  session.open()
  return {
    session,
    end() {
      unheed()
      session.close()
    },
  }
}

/** The sockets, timers and chance of a browser, for the letter `docId` of the server this page came from. */
function browserWorld(docId: string): LinkWorld {
  return {
    open() {
      const url = new URL(COLLAB_PATH + docId, location.href)
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
      return new WebSocket(url) as unknown as Wire // its handlers are typed with `this` and full events
    },
    after(ms, task) {
      const timer = setTimeout(task, ms)
      return () => clearTimeout(timer)
    },
    now: () => Date.now(),
    random: () => Math.random(),
  }
}

/**
 * Tells a session what the browser knows about the network before a timer could find out.
 *
 * @returns takes the listeners away again
 */
function heedBrowser(session: { wake(): void; suspect(): void }): () => void {
  const wake = () => session.wake()
  const suspect = () => session.suspect()
  const seen = () => {
    if (document.visibilityState === 'visible') session.wake()
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
