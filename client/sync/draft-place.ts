import type { DeviceStore } from './device-store.ts'

/** Where the drafts of a member in one letter are on the device: what the list of letters has to know, without the code that edits. */
export function draftsOf(member: string, document: string): string {
  return `${draftsOfMember(member)}${document}/`
}

export function draftsOfMember(member: string): string {
  return `draft/${member}/`
}

/** Letters of which words were set aside. @throws DeviceError */
export async function lettersWithDrafts(store: DeviceStore, member: string): Promise<readonly string[]> {
  const prefix = draftsOfMember(member)
  const keys = await store.keys(prefix)
  return [...new Set(keys.map((key) => key.slice(prefix.length).split('/')[0]!))]
}
