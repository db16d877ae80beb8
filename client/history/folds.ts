import { type Blame, blameOf, blamingOp } from '../../ot/blame.ts'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { letterLength } from '../../ot/letter-length.ts'
import { letter } from '../../ot/types.ts'
import { NO_LETTER, type PastEdit } from './past-edit.ts'
import type { Fold } from './time-machine.ts'

/** What a component costs beside its text. */
const COMPONENT = 16

const weigh = ({ ops }: LetterDocument): number => letterLength(ops) + COMPONENT * ops.length

/** The letter itself. */
export function letterFold(fetch: Fold<LetterDocument>['fetch']): Fold<LetterDocument> {
  return {
    nothing: NO_LETTER,
    after: (state, edits) => afterAll(state, edits.map(onLetter)),
    weigh,
    fetch,
  }
}

/**
 * Who wrote which part of it, whenever that was: what one person wrote in one place is one stretch. Of 100,000 keys that leaves
 * some thousands, where blame has one for nearly each.
 */
export function authorsFold(fetch: Fold<Blame>['fetch']): Fold<Blame> {
  return { nothing: NO_LETTER, after: (state, edits) => afterAll(state, edits.map(onAuthors)), weigh, fetch }
}

/** The version of every stretch. 0 would say that nobody is known. */
export const SOME_VERSION = 1

function onLetter({ change }: PastEdit): PastEdit['change'] {
  return change
}

function onAuthors({ author, change, restored }: PastEdit): PastEdit['change'] {
  const by = { author: author ?? '', version: SOME_VERSION }
  if ('made' in change) return { made: blameOf(change.made, by) }
  const back = restored?.map((stretch) => ({ ...stretch, version: Math.min(stretch.version, SOME_VERSION) }))
  return { op: blamingOp({ ...by, op: change.op, restored: back ?? null }) }
}

/**
 * A change copies the list of a letter's components, of which there are thousands. Of a picture's 300 changes, each 25 are made
 * one, which copies it once: 0.5 ms instead of 2.3 ms for a letter of 3,700 components, 1.3 ms instead of 5 ms for its authors.
 */
function afterAll(state: LetterDocument, changes: readonly PastEdit['change'][]): LetterDocument {
  let begun = state
  let all: LetterOp | null = null
  for (const change of changes) {
    if ('made' in change) [begun, all] = [change.made, null]
    else all = all === null ? change.op : (letter.compose(all, change.op) as LetterOp)
  }
  return all === null ? begun : (letter.apply(begun, all) as LetterDocument)
}
