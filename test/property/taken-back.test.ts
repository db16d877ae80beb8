import { expect } from 'chai'
import fc from 'fast-check'
import type { LetterDocument } from '../../ot/component.ts'
import { retract } from '../../ot/retract.ts'
import { takeBack } from '../../ot/taken-back.ts'
import { letter } from '../../ot/types.ts'
import { histories } from './history-arbitrary.ts'
import { completed } from './laws.ts'
import { property, Tally } from './property.ts'

describe('taking edits of a long log back', () => {
  const tally = new Tally()
  const chosen = fc.tuple(histories, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }))

  property(
    '[H16] leaves the letter that taking them back one by one leaves',
    chosen,
    ([history, choices]) => {
      const isUndone = ({ version }: { version: number }) => choices[version - 2]!
      const expected = retract(letter, history.base, history.edits, isUndone)
      const edits = history.edits.map((edit) => ({ ...edit, restored: null }))
      const { op, head, restored } = takeBack(history.base, [], edits, isUndone, () => false)
      expect(head).to.deep.equal(history.head)
      expect(letter.parseOp(op)).to.deep.equal(op)
      const left = (back: unknown) => letter.apply(head, completed(letter, head, back)) as LetterDocument
      expect(left(op)).to.deep.equal(left(expected.back))
      const inserted = op.ops.reduce(
        (sum, { insert }) => sum + (typeof insert === 'string' ? insert.length : insert ? 1 : 0),
        0,
      )
      const isMended = inserted === 1 + (restored ?? []).reduce((sum, { length }) => sum + length, 0)
      if (!isMended) expect((restored ?? []).reduce((sum, { length }) => sum + length, 0)).to.equal(inserted)
      tally.count('something was brought back', restored !== null)
      tally.count('something stayed', op.ops.length === 0)
    },
  )

  tally.assertNotVacuous('[H16] text was brought back')
})
