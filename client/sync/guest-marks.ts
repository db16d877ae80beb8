import type { Device } from './device.ts'
import type { Entry } from './device-store.ts'

/**
 * Which op of a guest its host took last: written in the batch that keeps the op (rule C2), so that it is known of each op
 * whether it was taken, whenever the host ended. A mark is of use for as long as its guest lives, which holds a lock as long.
 */

/** What a host holds; nobody takes anything from a guest without it. */
export interface HostLock {
  letGo(): void
}

/** Null when somebody has it. */
export async function takeHostLock(
  { locks }: Device,
  member: string,
  document: string,
): Promise<HostLock | null> {
  const letGo = await locks.take(`copperplate/hosting/${member}/${document}`)
  return letGo === null ? null : { letGo }
}

export function guestLockOf(guest: string): string {
  return `copperplate/guest/${guest}`
}

export function guestMark(member: string, document: string, guest: string, seq: number): Entry {
  return [marksOf(member, document) + guest, { seq }]
}

/**
 * The last seqs that were taken, by guest, of guests that live; those of others are cleared away. To be trusted as long as the
 * host's lock is held.
 *
 * @throws DeviceError
 */
export async function guestMarks(
  { store, locks }: Device,
  member: string,
  document: string,
): Promise<Map<string, number>> {
  const prefix = marksOf(member, document)
  const marks = new Map<string, number>()
  const remove: string[] = []
  for (const [key, mark] of await store.read(prefix)) {
    const guest = key.slice(prefix.length)
    const letGo = await locks.take(guestLockOf(guest))
    letGo?.()
    if (letGo === null)
      marks.set(guest, (mark as { seq: number }).seq) // written above
    else remove.push(key)
  }
  if (remove.length > 0) await store.write({ remove })
  return marks
}

function marksOf(member: string, document: string): string {
  return `guest/${member}/${document}/`
}
