/** What is known about a schedule when it is over: what everybody saw, and what is there. */

import type { Component } from '../../../ot/component.ts'
import type { Ledger } from './ledger.ts'

/** A row of the log. */
export interface LoggedRow {
  readonly version: number
  readonly source: string | null
  readonly seq: number | null
  readonly author: string | null
  readonly time: number
  readonly body: string
}

/** A letter as somebody has it. */
export interface Copy {
  /** Who. */
  readonly by: string
  readonly version: number
  /** Canonical; null when it is not there. */
  readonly content: readonly Component[] | null
}

export interface LetterEvidence {
  readonly id: string
  /** In the order of versions. */
  readonly log: readonly LoggedRow[]
  readonly head: number
  /** The stored copy of an earlier version. */
  readonly stored: Copy | null
  /** As clients that are level show it, and as each node serves it. */
  readonly copies: readonly Copy[]
}

/** A stretch of time, ms since 1970, in which a client could not be served at once, for a reason of the schedule. */
export interface Excuse {
  /** Whose; null for everybody. */
  readonly client: string | null
  readonly from: number
  readonly to: number
}

export interface Evidence {
  readonly letters: readonly LetterEvidence[]
  readonly ledgers: readonly Ledger[]
  readonly excuses: readonly Excuse[]
  /** When all of this was gathered, ms since 1970. */
  readonly at: number
  /** Who is not level with the log, long after all was well again: a sentence each. */
  readonly unhealed: readonly string[]
  /** Nodes that ended although nobody had told them to: a sentence each. */
  readonly unscheduledExits: readonly string[]
  /** What only a fault could see; a sentence each. */
  readonly complaints: readonly string[]
  /** Resident memory of each node, bytes. */
  readonly memory: readonly number[]
}

/** What is counted besides all violations. */
export type Harm = 'lost' | 'duplicated' | 'diverged' | 'unscheduledExit' | 'other'

export interface Violation {
  /** The invariant, I1 to I13. */
  readonly rule: string
  readonly harm: Harm
  /** A sentence. */
  readonly what: string
}
