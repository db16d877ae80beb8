import { type Blame, blameAfter, blameOf } from '../../ot/blame.ts'
import type { LetterDocument } from '../../ot/component.ts'
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
    after: (state, { change }) =>
      'made' in change ? change.made : (letter.apply(state, change.op) as LetterDocument),
    weigh,
    fetch,
  }
}

/**
 * Who wrote which part of it, whenever that was: what one person wrote in one place is one stretch. Of 100,000 keys that leaves
 * some thousands, where blame has one for nearly each.
 */
export function authorsFold(fetch: Fold<Blame>['fetch']): Fold<Blame> {
  return { nothing: NO_LETTER, after: authorsAfter, weigh, fetch }
}

/** The version of every stretch. 0 would say that nobody is known. */
export const SOME_VERSION = 1

function authorsAfter(state: Blame, { author, change, restored }: PastEdit): Blame {
  const by = { author: author ?? '', version: SOME_VERSION }
  if ('made' in change) return blameOf(change.made, by)
  const back = restored?.map((stretch) => ({ ...stretch, version: Math.min(stretch.version, SOME_VERSION) }))
  return blameAfter(state, { ...by, op: change.op, restored: back ?? null })
}
