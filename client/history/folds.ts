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

/** Who wrote which part of it. */
export function blameFold(fetch: Fold<Blame>['fetch']): Fold<Blame> {
  return { nothing: NO_LETTER, after: blameOfEdit, weigh, fetch }
}

function blameOfEdit(state: Blame, { author, version, change, restored }: PastEdit): Blame {
  const by = { author: author ?? '', version }
  return 'made' in change ? blameOf(change.made, by) : blameAfter(state, { ...by, op: change.op, restored })
}
