import { expect } from 'chai'
import fc from 'fast-check'
import { invert } from '../../ot/algebra.ts'
import { mapPosition, mapRange } from '../../ot/anchor.ts'
import { type Component, type Insert, totalLength } from '../../ot/component.ts'
import { applyToLetter } from '../../ot/fit.ts'
import { letters, realise, recipes } from './arbitrary.ts'
import { property, Tally } from './property.ts'

const cases = fc.tuple(letters, recipes, fc.nat(), fc.nat()).map(([document, recipe, one, other]) => {
  const places = totalLength(document.ops) + 1
  const [start, end] = [one % places, other % places].sort((a, b) => a - b)
  return {
    document: document.ops,
    op: realise(document, recipe),
    start,
    end,
  }
})

/**
 * For each code unit of the letter after the op, the one it was before; -1 for what the op inserted. The op
 * is read here component by component, in no other way than its definition says.
 */
function origins(document: readonly Insert[], op: readonly Component[]): number[] {
  const list: number[] = []
  let before = 0
  for (const component of op) {
    if (component.insert !== undefined) {
      const { insert } = component
      for (let i = 0; i < (typeof insert === 'string' ? insert.length : 1); i++) list.push(-1)
    } else if (component.retain !== undefined) {
      for (let i = 0; i < component.retain; i++) list.push(before++)
    } else {
      before += component.delete
    }
  }
  while (before < totalLength(document)) list.push(before++)
  return list
}

describe('anchors', () => {
  const tally = new Tally()

  property('[N1] positions keep their order', cases, ({ op, start, end }) => {
    for (const bias of [-1, 1] as const) {
      expect(mapPosition(start, op, bias)).to.be.at.most(mapPosition(end, op, bias))
    }
    expect(mapPosition(start, op, -1)).to.be.at.most(mapPosition(start, op, 1))
  })

  property(
    '[N2] a position between two characters that survive comes back with the inverse',
    cases,
    (situation) => {
      const { document, op, start } = situation
      const after = origins(document, op.ops)
      const at = mapPosition(start, op, 1)
      const isBetweenSurvivors = after[at] === start && (start === 0 || after.includes(start - 1))
      if (!tally.count('positions between survivors', isBetweenSurvivors)) return
      expect(mapPosition(at, { ops: invert(op.ops, document) }, 1)).to.equal(start)
    },
  )

  property(
    '[N3] a range keeps what is left of its text, and takes in nothing that was outside',
    cases,
    (situation) => {
      const { document, op, start, end } = situation
      const after = origins(document, op.ops)
      const range = mapRange({ start, end }, op)
      const inside = after.filter((origin) => origin >= start && origin < end)
      tally.count('ranges that lose text', inside.length < end - start && inside.length > 0)
      if (!tally.count('ranges that survive', range !== null)) {
        tally.count('ranges that go', start < end)
        expect(inside).to.deep.equal([])
        return
      }
      const covered = after.slice(range!.start, range!.end).filter((origin) => origin >= 0)
      expect(covered).to.deep.equal(inside)
    },
  )

  property(
    '[N4] an op that leaves a range alone leaves its length alone',
    cases,
    ({ document, op, start, end }) => {
      const after = origins(document, op.ops)
      const from = after.indexOf(start)
      const isAlone =
        start < end && Array.from({ length: end - start }).every((_, i) => after[from + i] === start + i)
      if (!tally.count('ranges left alone', isAlone && from >= 0)) return
      expect(mapRange({ start, end }, op)).to.deep.equal({
        start: from,
        end: from + end - start,
      })
    },
  )

  property('[N5] what is inserted at an edge of a range stays outside', cases, ({ start, end }) => {
    if (!tally.count('ranges with text', start < end)) return
    for (const at of [start, end]) {
      const op = {
        ops: [...(at > 0 ? [{ retain: at }] : []), { insert: 'x' }],
      }
      const shift = at === start ? 1 : 0
      expect(mapRange({ start, end }, op)).to.deep.equal({
        start: start + shift,
        end: end + shift,
      })
    }
  })

  property(
    '[N6] a mapped position is a position of the letter after the op',
    cases,
    ({ document, op, end }) => {
      const after = totalLength(applyToLetter(document, op.ops))
      for (const bias of [-1, 1] as const) {
        expect(mapPosition(end, op, bias)).to.be.within(0, after)
      }
    },
  )

  tally.assertNotVacuous('[W0] ranges met ops of every kind')
})
