/**
 * What this device keeps for the person: an ordered map from keys to values that survives a closed tab and a crash.
 *
 * Everything the client keeps (queues of edits, rescue drafts, copies of letters) is a set of entries under a common
 * beginning of their keys, and every change of it is one batch. So this is all that a place to keep things must be able to do.
 *
 * Contract (test/contract/device-store.test.ts)
 *   - a batch lands as a whole or not at all, whatever happens in the middle of it;
 *   - when `write` resolves, the batch survives the end of the process, and what was written before it does too;
 *   - batches land in the order in which they were given;
 *   - a failed write changes nothing, and the store can be used afterwards.
 */

/** A key is made of UUIDs, numbers of a fixed width and words, with slashes between them; a value is plain JSON. */
export type Entry = readonly [key: string, value: unknown]

export interface Batch {
  /** Beginnings of keys. What they take out is gone before anything of `put` comes in. */
  readonly remove?: readonly string[]
  readonly put?: readonly Entry[]
}

export interface DeviceStore {
  /**
   * The entries whose keys begin with `prefix`, in the order of their keys.
   *
   * @throws DeviceError
   */
  read(prefix: string): Promise<readonly Entry[]>
  /**
   * The same without the values, which may be large.
   *
   * @throws DeviceError
   */
  keys(prefix: string): Promise<readonly string[]>
  /** @throws DeviceError */
  write(batch: Batch): Promise<void>
  close(): Promise<void>
}

/** Why nothing can be kept here. */
export type DeviceFault =
  /** There is no room left, or the browser gives us none. */
  | 'full'
  /** The browser does not let this page keep anything: a private window, a setting, a damaged profile. */
  | 'unavailable'

export class DeviceError extends Error {
  override readonly name = 'DeviceError'
  readonly fault: DeviceFault

  constructor(fault: DeviceFault, cause: unknown) {
    super(fault === 'full' ? 'This device has no room left.' : 'This device keeps nothing for us.', { cause })
    this.fault = fault
  }
}
