import { expect } from 'chai'
import fc from 'fast-check'
import { HeldOps } from '../../../client/editor/held-ops.ts'
import type { Component, LetterDocument } from '../../../ot/component.ts'
import { letter } from '../../../ot/letter.ts'
import { letters, realise, recipes } from '../../property/arbitrary.ts'
import { property, Tally } from '../../property/property.ts'

const apply = (document: LetterDocument, op: readonly Component[]): LetterDocument =>
  letter.apply(document, { ops: op }) as LetterDocument

describe('ops held back from the view', () => {
  const tally = new Tally()
  const histories = fc.tuple(letters, fc.array(fc.tuple(fc.boolean(), recipes), { maxLength: 8 }))

  property(
    '[C5] the view and the document are the same once everything held is released, whatever was written meanwhile',
    histories,
    ([start, steps]) => {
      const held = new HeldOps()
      let view = start
      let document = start
      for (const [isMine, recipe] of steps) {
        if (isMine) {
          const change = realise(view, recipe).ops
          tally.count('a change crosses held ops', !held.isEmpty && change.length > 0)
          view = apply(view, change)
          document = apply(document, held.cross(change))
        } else {
          const op = realise(document, recipe).ops
          document = apply(document, op)
          held.hold(op)
        }
      }
      view = apply(view, held.release())
      expect(JSON.stringify(view)).to.equal(JSON.stringify(document))
    },
  )

  tally.assertNotVacuous('composing met what others wrote')

  it('[C5] a word composed while somebody writes before it lands after what they wrote', () => {
    const held = new HeldOps()
    held.hold([{ insert: 'Dear ' }])
    expect(held.cross([{ retain: 4 }, { insert: '日本' }])).to.deep.equal([{ retain: 9 }, { insert: '日本' }])
    expect(held.release()).to.deep.equal([{ insert: 'Dear ' }])
  })

  it('forgets what it held when the document is replaced', () => {
    const held = new HeldOps()
    held.hold([{ insert: 'x' }])
    held.reset([{ delete: 1 }])
    expect(held.release()).to.deep.equal([{ delete: 1 }])
    expect(held.isEmpty).to.equal(true)
  })

  it('holds nothing when the document is replaced by what the view shows', () => {
    const held = new HeldOps()
    held.reset([])
    expect(held.isEmpty).to.equal(true)
  })
})
