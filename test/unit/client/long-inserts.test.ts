import { expect } from 'chai'
import fc from 'fast-check'
import { stepsOf } from '../../../client/editor/long-inserts.ts'
import type { LetterDocument } from '../../../ot/component.ts'
import { letter } from '../../../ot/letter.ts'
import { letters, realise, recipes } from '../../property/arbitrary.ts'
import { property, Tally } from '../../property/property.ts'

describe('long inserts, put in as a whole', () => {
  const tally = new Tally()
  const lines = (count: number): string => 'a line\n'.repeat(count)

  property(
    'the steps one after the other do what the change does',
    fc.tuple(letters, recipes, fc.array(fc.nat(40), { maxLength: 4 })),
    ([start, recipe, pastes]) => {
      const ops = realise(start, recipe).ops.flatMap((op, index) => {
        const paste = pastes[index]
        return paste ? [{ insert: lines(paste), attributes: { bold: true } } as const, op] : [op]
      })
      const steps = stepsOf(ops)
      tally.count('several steps', (steps?.length ?? 0) > 1)
      if (steps === null) return
      let stepped = start
      for (const { at, ops: some } of steps) {
        const op = at > 0 ? [{ retain: at }, ...some] : some
        stepped = letter.apply(stepped, { ops: op }) as LetterDocument
      }
      expect(JSON.stringify(stepped)).to.equal(JSON.stringify(letter.apply(start, { ops })))
    },
  )

  tally.assertNotVacuous('long runs stood among other changes')

  it('leave a change with few lines as it is', () => {
    expect(stepsOf([{ retain: 3 }, { insert: lines(15) }, { delete: 2 }])).to.equal(null)
  })

  it('count the lines of what is inserted at one place, however it is formatted', () => {
    const run = [{ insert: lines(8) }, { insert: lines(8), attributes: { bold: true } }] as const
    expect(stepsOf([{ retain: 3 }, ...run, { retain: 1 }])).to.deep.equal([{ at: 3, ops: run, isLong: true }])
  })
})
