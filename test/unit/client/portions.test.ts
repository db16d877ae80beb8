import { expect } from 'chai'
import fc from 'fast-check'
import { fits, LARGEST, type OpSize, portions, sizeOf } from '../../../client/sync/portions.ts'
import { compose } from '../../../ot/algebra.ts'
import type { Component, LetterDocument } from '../../../ot/component.ts'
import { letter } from '../../../ot/letter.ts'
import { letters, realise, recipes } from '../../property/arbitrary.ts'
import { property, Tally } from '../../property/property.ts'

const TINY: OpSize = { components: 4, inserted: 4, bytes: 200 }

const composeAll = (series: readonly (readonly Component[])[]): readonly Component[] =>
  series.reduce<readonly Component[]>((all, op) => compose(all, op), [])

describe('portions of a large op', () => {
  const tally = new Tally()

  property(
    'compose to the op, and each of them can be applied and stays within the limits',
    fc.tuple(letters, recipes),
    ([document, recipe]) => {
      const op = realise(document, recipe).ops
      const series = portions(op, TINY)
      tally.count('several portions', series.length > 1)
      let after: LetterDocument = document
      for (const portion of series) after = letter.apply(after, letter.parseOp(portion)) as LetterDocument
      expect(after).to.deep.equal(letter.apply(document, { ops: op }))
      for (const portion of series) {
        expect(sizeOf(portion).inserted).to.be.at.most(TINY.inserted)
        expect(portion.length).to.be.at.most(TINY.components)
      }
    },
  )

  tally.assertNotVacuous('some ops were divided')

  it('leave an op alone that is small enough', () => {
    expect(portions([{ retain: 3 }, { insert: 'abc' }])).to.deep.equal([[{ retain: 3 }, { insert: 'abc' }]])
  })

  it('divide a paste of a million characters so that the server takes every part', () => {
    const text = 'Whereas 😀 the party of the first part\n'.repeat(26_000)
    const series = portions([{ retain: 7 }, { insert: text, attributes: { bold: true } }, { delete: 2 }])
    expect(series.length).to.be.greaterThan(7)
    for (const portion of series) expect(fits(sizeOf(portion))).to.equal(true)
    for (const portion of series) letter.parseOp(portion) // throws at half a surrogate pair
    expect(composeAll(series)).to.deep.equal([
      { retain: 7 },
      { insert: text, attributes: { bold: true } },
      { delete: 2 },
    ])
  })

  it('measure the bytes that will be sent, not the characters', () => {
    const text = '\u0001'.repeat(LARGEST.inserted) // six bytes each in JSON
    const series = portions([{ insert: text }])
    for (const portion of series) expect(sizeOf(portion).bytes).to.be.at.most(LARGEST.bytes)
    expect(composeAll(series)).to.deep.equal([{ insert: text }])
  })

  it('divide ten thousand links that are short of words and long of addresses', () => {
    const op = Array.from({ length: 10_000 }, (_, i) => ({
      insert: 'x',
      attributes: { link: `https://example.com/${i}/${'p'.repeat(400)}` },
    }))
    const series = portions(op)
    for (const portion of series) expect(fits(sizeOf(portion))).to.equal(true)
    expect(composeAll(series)).to.deep.equal(op)
  })
})
