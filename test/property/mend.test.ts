import { expect } from 'chai'
import fc from 'fast-check'
import type { LetterOp } from '../../ot/component.ts'
import { letter } from '../../ot/types.ts'
import { letters, realiseUnsettled, recipes, settle } from './arbitrary.ts'
import { property, Tally } from './property.ts'

const TWO_LINES = { ops: [{ insert: 'a\nb\n' }] }

describe('mending', () => {
  const tally = new Tally()

  property(
    '[L5.6] an op that fitted where it was made fits after any other, and its author ends where everybody does',
    fc.tuple(letters, recipes, recipes).map(([document, ours, theirs]) => ({
      document,
      op: realiseUnsettled(document, ours),
      first: settle(document, realiseUnsettled(document, theirs)),
    })),
    ({ document, op, first }) => {
      const head = letter.apply(document, first) as typeof document
      const moved = letter.transform(op, first, 'left') as LetterOp
      const mended = letter.mend?.(head, moved) as LetterOp | null
      tally.count('ops that were mended', mended !== null)
      const whole = mended === null ? moved : (letter.compose(moved, mended) as LetterOp)

      const everybody = letter.apply(head, settle(head, whole))

      const authors = letter.compose(letter.compose(document, op), letter.transform(first, op, 'right'))
      expect(mended === null ? authors : letter.compose(authors, mended)).to.deep.equal(everybody)
    },
    {
      pinned: [
        {
          document: TWO_LINES,
          op: { ops: [{ retain: 2 }, { delete: 2 }] },
          first: { ops: [{ retain: 1 }, { delete: 1 }] },
        },
      ],
    },
  )

  tally.assertNotVacuous('some ops needed mending')
})
