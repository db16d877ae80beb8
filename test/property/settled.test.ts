import { expect } from 'chai'
import fc from 'fast-check'
import { compose } from '../../ot/algebra.ts'
import type { Insert } from '../../ot/component.ts'
import { letter } from '../../ot/types.ts'
import { letters, realise, realiseUnsettled, recipes, settle } from './arbitrary.ts'
import { property, Tally } from './property.ts'

const cases = fc.tuple(letters, recipes, recipes, recipes).map(([document, first, second, third]) => {
  const op = realiseUnsettled(document, first)
  const settled = settle(document, op)
  const after = letter.apply(document, settled) as typeof document
  return {
    document,
    op,
    settled,
    other: realise(document, second),
    next: realise(after, third),
  }
})

describe('settling', () => {
  const tally = new Tally()

  property(
    '[W11] a settled op has the effect it had, and its letter keeps its last newline',
    cases,
    (situation) => {
      const { document, op, settled } = situation
      tally.count('ops that touch the end', settled !== op && settled.ops !== op.ops)
      expect(letter.apply(document, settled)).to.deep.equal({
        ops: compose(document.ops, op.ops) as Insert[],
      })
      expect(letter.parseOp(structuredClone(settled))).to.deep.equal(settled)
      expect(letter.settle?.(document, settled)).to.deep.equal(settled)
    },
  )

  property(
    '[W11] settled ops stay settled, however they are combined',
    cases,
    ({ document, settled, other, next }) => {
      const after = letter.apply(document, settled)
      const moved = letter.transform(other, settled, 'left')
      expect(letter.settle?.(after, moved)).to.deep.equal(moved)
      const both = letter.compose(settled, next)
      expect(letter.settle?.(document, both)).to.deep.equal(both)
      const back = letter.invert(settled, document)
      expect(letter.settle?.(after, back)).to.deep.equal(back)
    },
  )

  property(
    '[W11] an author whose op was settled ends where everybody else does',
    cases,
    ({ document, op, other }) => {
      // The other op was first. The author transforms its own op as it wrote it, the server settles it at its turn.
      const head = letter.apply(document, other) as typeof document
      const moved = letter.transform(op, other, 'left') as typeof op
      const settled = settle(head, moved)
      const author = compose(
        compose(document.ops, op.ops),
        (letter.transform(other, op, 'right') as typeof op).ops,
      )
      const everybody = compose(head.ops, settled.ops)
      expect(author).to.deep.equal(everybody)
    },
  )

  tally.assertNotVacuous('[W0] ops were settled')
})
