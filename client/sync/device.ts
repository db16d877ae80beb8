import type { Batch, DeviceStore } from './device-store.ts'
import type { Locks } from './locks.ts'
import { Outbox, type OutboxDeps } from './outbox.ts'
import { type OutboxPlace, outboxesOf } from './outbox-place.ts'
import { stateOf } from './replica.ts'

/** What a session needs of the device it is on. All tabs of a browser share one. */
export interface Device {
  readonly store: DeviceStore
  readonly locks: Locks
}

/** An outbox that this tab owns, until it lets go. */
export interface Owned {
  readonly outbox: Outbox
  readonly letGo: () => void
}

type Clock = Pick<OutboxDeps, 'after' | 'painted'>

/** A new outbox for this tab. */
export async function newOutbox(device: Device, place: OutboxPlace, clock: Clock): Promise<Owned> {
  const letGo = (await device.locks.take(lockOf(place))) ?? (() => undefined)
  return { outbox: new Outbox(place, outboxDeps(device, clock)), letGo }
}

/**
 * Takes over the oldest outbox of this letter that no tab owns and that holds edits (rule C2); null when there is none. Those
 * that hold none are cleared away.
 *
 * @throws DeviceError
 */
export async function adoptOutbox(
  device: Device,
  member: string,
  document: string,
  clock: Clock,
): Promise<Owned | null> {
  const prefix = outboxesOf(member, document)
  const keys = await device.store.keys(prefix)
  const ids = new Set(keys.map((key) => key.slice(prefix.length).split('/')[0]!))
  for (const id of ids) {
    const owned = await adoptFrom(device, { member, document, id }, clock)
    if (owned !== null && owned !== 'owned') return owned
  }
  return null
}

/**
 * Takes over one outbox that no tab owns and that holds edits; null when there is none there, `owned` when a tab owns it. One
 * that holds none is cleared away.
 *
 * @throws DeviceError
 */
export async function adoptFrom(
  device: Device,
  place: OutboxPlace,
  clock: Clock,
): Promise<Owned | 'owned' | null> {
  const letGo = await device.locks.take(lockOf(place))
  if (letGo === null) return 'owned'
  try {
    const outbox = await Outbox.open(place, outboxDeps(device, clock))
    if (outbox.replica !== null && stateOf(outbox.replica) !== 'synchronised') return { outbox, letGo }
    const empty: Batch = { remove: [`${outboxesOf(place.member, place.document)}${place.id}/`] }
    await device.store.write(empty)
    letGo()
    return null
  } catch (error) {
    letGo()
    throw error
  }
}

/** Whoever has this lock owns the outbox. */
export function lockOf({ member, document, id }: OutboxPlace): string {
  return `copperplate/${outboxesOf(member, document)}${id}`
}

function outboxDeps({ store }: Device, clock: Clock): OutboxDeps {
  return { store, after: (ms, task) => clock.after(ms, task), painted: clock.painted }
}
