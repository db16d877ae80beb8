import type { DeviceStore } from './device-store.ts'

/** Where an outbox is. Ids sort by when they were made. */
export interface OutboxPlace {
  readonly member: string
  readonly document: string
  readonly id: string
}

export function outboxesOf(member: string, document: string): string {
  return `${all(member)}${document}/`
}

/** The letters of which there are outboxes of a member, whoever owns them. @throws DeviceError */
export async function lettersWithOutboxes(store: DeviceStore, member: string): Promise<readonly string[]> {
  const keys = await store.keys(all(member))
  return [...new Set(keys.map((key) => key.slice(all(member).length).split('/')[0]!))]
}

function all(member: string): string {
  return `outbox/${member}/`
}
