import type { Figures } from '../figures.ts'
import type { Stage } from '../stage.ts'
import type { System, SystemName } from '../systems/system.ts'

export type WorkloadId = 'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'W6' | 'W7a' | 'W7b'

export interface Setting {
  readonly stage: Stage
  readonly system: System
  /** Length of a window. */
  readonly seconds: number
  readonly generators: number
  /** Too short for figures: what is large is made a tenth as large. */
  readonly isRehearsal: boolean
}

export interface Measured {
  readonly figures: Figures
  /** What a reader of the figures has to know. */
  readonly notes: readonly string[]
}

export interface Workload {
  readonly id: WorkloadId
  readonly title: string
  /** Whom it can be run on, beside our own server. */
  readonly peers: readonly SystemName[]
  /**
   * Runs it on a fresh server, and checks that nothing was lost or doubled.
   *
   * @throws when it was, or anything else failed
   */
  measure(setting: Setting): Promise<Measured>
}

/** The bench's own word for a figure that cannot be true. */
export class LossError extends Error {
  override readonly name = 'LossError'
}
