import { compose, transform } from '../../ot/algebra.ts'
import { compareLetters, type Passage } from '../../ot/comparison.ts'
import {
  type Component,
  canonical,
  chop,
  componentLength,
  type Insert,
  push,
  retention,
} from '../../ot/component.ts'
import { Delta } from '../../ot/delta.ts'
import { keepLastNewline } from '../../ot/final-newline.ts'
import type { Op } from './replica.ts'

type DeltaOp = Delta['ops'][number]

export type DraftReason =
  /** The server does not take this op; what was written before and after it has gone through. */
  | 'refused'
  /** The database was taken back in time, and with it the letter that this was written in. */
  | 'restored'
  /** Too much was written by others since, or the log does not reach back so far. */
  | 'behind'
  /** The right to write was taken away. */
  | 'forbidden'
  /** There is no such letter any more. */
  | 'not-found'
  /** This program and the server do not understand each other. */
  | 'rejected'

/** What is kept of a draft. */
export interface DraftRecord {
  /** Sorts by when the draft was made. */
  readonly id: string
  readonly reason: DraftReason
  /** What the server said, if it said something: a code of ot/errors.ts or of ShareDB. */
  readonly code: string | null
  /** Milliseconds since 1970. */
  readonly keptAt: number
  /** The letter it was written in, as the server had it, at `version` of `epoch`. */
  readonly base: readonly Insert[]
  readonly version: number
  readonly epoch: string | null
  /** What was written, one op after the other on `base`. */
  readonly ops: readonly Op[]
  /** How many edits did not reach the server; 0 when all had, and the server lost them when it was taken back in time. */
  readonly edits: number
}

/** Words that were on the screen and that the server does not have: kept until the person has dealt with them (rule C3). */
export interface Draft extends DraftRecord {
  /** What was written since the last saved version; empty when it was deletions and formatting only. */
  readonly written: string
  /** The whole letter as it stood on the screen. */
  readonly whole: string
}

export function draftOf(record: DraftRecord): Draft {
  const whole = compose(record.base, together(record.ops))
  return { ...record, written: writtenText(record.ops), whole: textOf(whole) }
}

/** What the draft would change in the letter it was written in, for a person to look at. */
export function comparisonOf({ base, ops }: DraftRecord): Passage[] {
  const edits = ops.map((op) => ({ op: { ops: op }, author: null }))
  return compareLetters({ ops: base }, edits)
}

/**
 * The draft as one op on the letter of today: what was written then, moved past everything that has happened since. What the
 * draft changed and somebody else deleted stays deleted; where both wrote at one place, both stand there.
 */
export function mergedInto({ base, ops }: Pick<DraftRecord, 'base' | 'ops'>, today: readonly Insert[]): Op {
  return transform(together(ops), difference(base, today), true)
}

/** Of a letter that is not there any more, what the letter of today does not have, to be put where it stood. */
export function missingFrom(today: readonly Insert[], past: readonly Insert[]): Op {
  const back: Component[] = []
  for (const component of difference(today, past)) {
    if (component.insert !== undefined) push(back, component)
    else push(back, retention(componentLength(component)))
  }
  return chop(back)
}

function together(ops: readonly Op[]): Op {
  let all: Op = []
  for (const op of ops) all = compose(all, op)
  return all
}

/** What makes `to` of `from`, both letters. */
export function difference(from: readonly Insert[], to: readonly Insert[]): Op {
  // Delta copies what it is given.
  const [there, here] = [new Delta(from as DeltaOp[]), new Delta(to as DeltaOp[])]
  return canonical(there.diff(here).ops as Component[])
}

/** The same, leaving the last newline alone: past it everything fits that does so too. */
export function differenceBeforeEnd(from: readonly Insert[], to: readonly Insert[]): Op {
  return keepLastNewline(difference(from, to), from)
}

/** The text of a letter's components, an image standing as a word. */
export function textOf(components: readonly Component[]): string {
  return components.map(insertedText).join('')
}

/**
 * What a series of unsent ops wrote, as text: insertions that follow each other stay together, others stand on
 * lines of their own.
 *
 * @param ops  each made against the document after the one before it
 */
export function writtenText(ops: readonly (readonly Component[])[]): string {
  const runs: string[] = []
  let run = ''
  for (const component of together(ops)) {
    if (component.insert !== undefined) run += insertedText(component)
    else if (component.retain !== undefined) {
      runs.push(run)
      run = ''
    }
  }
  runs.push(run)
  return runs
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n')
}

function insertedText(component: Component): string {
  if (component.insert === undefined) return ''
  return typeof component.insert === 'string' ? component.insert : '[image]'
}
