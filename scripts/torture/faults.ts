/**
 * Everything the bed can do to the service, and how often it does.
 *
 * The codes are those of the failure model. What is missing here has a test of its own: a database that was taken back
 * in time (test/integration/epoch), a disk that is full, several tabs on one outbox.
 */

export type FaultTarget = 'node' | 'client' | 'postgres' | 'redis' | 'balancer' | 'letter'

export interface FaultKind {
  readonly code: string
  readonly target: FaultTarget
  /** Shortest and longest time it lasts, ms; null for a moment. */
  readonly lasts: readonly [number, number] | null
  /** How often it is drawn, beside the others. */
  readonly weight: number
  /** Two that hold the process of the same target cannot be under way at once. */
  readonly holds: boolean
}

const MOMENT = null

export const FAULTS = {
  'node killed': { code: 'F1-F3', target: 'node', lasts: [200, 2_000], weight: 5, holds: true },
  'node paused': { code: 'F15', target: 'node', lasts: [300, 2_500], weight: 2, holds: true },
  'node drained': { code: 'F19', target: 'node', lasts: [100, 1_000], weight: 2, holds: true },
  'node with another clock': { code: 'F17', target: 'node', lasts: [200, 1_000], weight: 1, holds: true },
  'node unreachable': { code: 'F15', target: 'node', lasts: [300, 2_500], weight: 2, holds: false },
  'node far away': { code: 'F14', target: 'node', lasts: [500, 3_000], weight: 1, holds: false },
  'node cut off from its clients': { code: 'F18', target: 'node', lasts: MOMENT, weight: 2, holds: false },

  'answers of Postgres lost': { code: 'F5', target: 'node', lasts: [100, 1_500], weight: 4, holds: false },
  'connections to Postgres cut': { code: 'F5', target: 'node', lasts: MOMENT, weight: 3, holds: false },
  'Postgres far away': { code: 'F7', target: 'node', lasts: [500, 2_000], weight: 2, holds: false },
  'sessions of Postgres ended': { code: 'F5', target: 'postgres', lasts: MOMENT, weight: 2, holds: false },
  'Postgres restarted': { code: 'F6', target: 'postgres', lasts: MOMENT, weight: 2, holds: true },
  'Postgres paused': { code: 'F7', target: 'postgres', lasts: [300, 2_500], weight: 2, holds: true },
  'log locked': { code: 'F7', target: 'postgres', lasts: [300, 2_500], weight: 2, holds: true },

  'Redis restarted': { code: 'F10', target: 'redis', lasts: [100, 2_500], weight: 2, holds: true },
  'Redis paused': { code: 'F11', target: 'redis', lasts: [300, 3_000], weight: 2, holds: true },
  'Redis unreachable': { code: 'F11', target: 'node', lasts: [300, 3_000], weight: 2, holds: false },
  'subscriptions of Redis ended': { code: 'F12', target: 'redis', lasts: MOMENT, weight: 2, holds: false },
  'messages doubled and shuffled': {
    code: 'F13',
    target: 'redis',
    lasts: [500, 3_000],
    weight: 1,
    holds: false,
  },

  'client flaps': { code: 'F14', target: 'client', lasts: [500, 3_000], weight: 3, holds: false },
  'client half open': { code: 'F15', target: 'client', lasts: [300, 2_500], weight: 3, holds: false },
  'answers to client lost': { code: 'F4', target: 'client', lasts: [200, 1_500], weight: 3, holds: false },
  'client far away': { code: 'F14', target: 'client', lasts: [500, 3_000], weight: 2, holds: false },
  'client does not read': { code: 'F20', target: 'client', lasts: [500, 3_000], weight: 2, holds: false },
  'client killed': { code: 'F4', target: 'client', lasts: [200, 1_000], weight: 2, holds: true },
  'clients rerouted': { code: 'F18', target: 'balancer', lasts: MOMENT, weight: 2, holds: false },

  'poisoned ops': { code: 'F23', target: 'letter', lasts: MOMENT, weight: 2, holds: false },
  'hole in a log': { code: 'F24', target: 'letter', lasts: MOMENT, weight: 1, holds: false },
} as const satisfies Record<string, FaultKind>

export type FaultName = keyof typeof FAULTS
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[] // the keys of a literal are its only keys
