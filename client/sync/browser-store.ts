import { IndexedDbStore } from './indexeddb-store.ts'
import { forgetCopies } from './local-copies.ts'

/** What this browser keeps for us; one for all of this tab. */
export const browserStore = new IndexedDbStore()

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
