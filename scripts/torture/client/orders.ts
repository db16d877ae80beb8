import type { Insert } from '../../../ot/component.ts'

/** How a client of a schedule begins. */
export interface Opening {
  readonly url: string
  readonly letters: readonly string[]
  readonly token: string
  /** Whose tokens it writes: 0 to 15, nobody else's of this schedule. */
  readonly writer: number
  readonly seed: number
  /** Path of its ledger. */
  readonly ledger: string
  /** Path of what its device keeps, which survives the client. */
  readonly device: string
}

/** How a letter stands with a client. */
export interface Standing {
  readonly letter: string
  readonly version: number
  readonly isLive: boolean
  readonly isWaiting: boolean
  readonly drafts: readonly string[]
}

export type ClientOrders = {
  /** Opens the letters; does not wait for them to be there. */
  readonly open: readonly [Opening, null]
  /** Writes that many edits a second, on the average, until `rest`. */
  readonly write: readonly [{ perSecond: number }, null]
  readonly rest: readonly [null, null]
  readonly offline: readonly [null, null]
  readonly online: readonly [null, null]
  readonly standing: readonly [null, { ops: number; letters: readonly Standing[] }]
  readonly contents: readonly [null, { contents: readonly (readonly Insert[] | null)[] }]
  readonly close: readonly [null, null]
}
