import { IndexedDbStore } from './indexeddb-store.ts'
import { forgetCopies } from './local-copies.ts'
import { type Beside, MarkedStore } from './marked-store.ts'

const MARK = 'copperplate.keeps-words'

const beside: Beside = {
  isMarked() {
    try {
      return localStorage.getItem(MARK) !== null
    } catch {
      return false
    }
  },
  mark(isMarked) {
    try {
      if (isMarked) localStorage.setItem(MARK, 'yes')
      else localStorage.removeItem(MARK)
    } catch {
      // Not allowed here, or no room.
    }
  },
  persist() {
    // Older browsers, and pages that came over plain http from another machine, have no such promise to give.
    const { storage } = navigator as { storage?: StorageManager }
    storage?.persist?.().catch(() => undefined)
  },
}

/** What this browser keeps for us; one for all of this tab. */
export const browserStore = new MarkedStore(new IndexedDbStore(), beside)

/** Whether the browser has thrown away what was kept here: asked before anything is written. */
export const wasEmptied: Promise<boolean> = browserStore.wasEmptied().catch(() => false)

/** Longest a person waits to be signed out for a browser that does not answer. The next page takes away what is left then. */
const PATIENCE_MS = 3_000

/**
 * Takes copies of letters off this device, but those of the member who is here. Resolves in any case, soon.
 *
 * @param afterwards  when nobody makes new ones any more
 */
export async function tidyDevice(member: string | null, afterwards = Promise.resolve()): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))
  const tidied = afterwards.then(() => forgetCopies(browserStore, member))
  await Promise.race([late, tidied.catch(() => undefined)])
}
