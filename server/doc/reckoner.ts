import type { LoggedOp } from '../../ot/logged-op.ts'
import type { Answer, Kind, Task } from './reckoning.ts'

/** Where a reckoning starts, as a snapshot holds it (`packStart`); null: with nothing, before the first op. */
export interface PackedStart {
  readonly version: number
  readonly packed: Uint8Array | null
}

/** Carries reckonings out, somewhere else than in the thread that serves everybody. */
export interface Reckoner {
  /**
   * @param pieces  the ops that follow `start`, one after the other
   * @throws        CollabError of the reckoning, or server/busy, server/closing
   */
  reckon<K extends Kind>(
    task: Task<K>,
    start: PackedStart,
    pieces: AsyncIterable<readonly LoggedOp[]>,
  ): Promise<Answer<K>>
}
