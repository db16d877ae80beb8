import { browserStore } from './browser-store.ts'
import { type Draft, type DraftRecord, draftOf } from './draft.ts'
import { draftsOf, draftsOfMember } from './draft-place.ts'
import { sessionOf } from './open-letters.ts'

/** What was set aside in this browser, whatever letter it belongs to. */

/** Letter by letter, each oldest first. @throws DeviceError */
export async function draftsHere(member: string): Promise<readonly { document: string; draft: Draft }[]> {
  const prefix = draftsOfMember(member)
  const entries = await browserStore.read(prefix)
  return entries.map(([key, record]) => ({
    document: key.slice(prefix.length).split('/')[0]!,
    draft: draftOf(record as DraftRecord), // written by Drafts
  }))
}

/** The person wants it no more. @throws DeviceError */
export async function discardHere(member: string, document: string, id: string): Promise<void> {
  // A letter that is still open knows of it too.
  sessionOf(document)?.dropDraft(id)
  await browserStore.write({ remove: [draftsOf(member, document) + id] })
}
