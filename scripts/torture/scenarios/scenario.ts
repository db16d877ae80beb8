import type { Bed } from '../bed.ts'

/** Something that was measured and has an aim. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** null: there is no aim. */
  readonly atMost: number | null
}

export interface Scenario {
  /** How many client processes it needs. */
  readonly clients: number
  /** URL of what is loaded into each node. */
  readonly preload?: string
  run(bed: Bed): Promise<readonly Figure[]>
}
