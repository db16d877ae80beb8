import { expect } from 'chai'
import fc from 'fast-check'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { totalLength } from '../../ot/component.ts'
import { letter } from '../../ot/types.ts'
import { opWithin } from '../../ot/within.ts'
import { histories } from './history-arbitrary.ts'
import { property, Tally } from './property.ts'

describe('an op limited to a range', () => {
  const tally = new Tally()
  const cases = fc.tuple(histories, fc.nat(), fc.nat())

  property('[H15] does within it what the whole op does, and nothing outside', cases, ([history, a, b]) => {
    const length = totalLength(history.head.ops)
    const start = a % (length + 1)
    const end = start + (b % (length + 1 - start))
    let before: LetterDocument = history.base
    for (const { op } of history.edits) {
      if (totalLength(before.ops) >= end) {
        const part = opWithin(op, { start, end })
        expect(letter.parseOp(part)).to.deep.equal(part)
        expect(effects(part, start, end)).to.deep.equal({ ...effects(op, start, end), outside: 0 })
        if (tally.count('the whole op does more', effects(op, start, end).outside > 0)) {
          expect(part).to.not.deep.equal(op)
        } else {
          expect(part).to.deep.equal(op)
        }
      }
      before = letter.apply(before, op) as LetterDocument
    }
  })

  tally.assertNotVacuous('[H15] some ops reached beyond the range')
})

/** What an op does inside a range, code unit by code unit, and how much it does outside. */
function effects({ ops }: LetterOp, start: number, end: number) {
  const inside: unknown[] = []
  let outside = 0
  let at = 0
  for (const component of ops) {
    if (component.insert !== undefined) {
      if (at >= start && at <= end) inside.push([at, component])
      else outside++
      continue
    }
    const isPlain = component.retain !== undefined && component.attributes === undefined
    for (let n = component.retain ?? component.delete; n > 0; n--, at++) {
      if (isPlain) continue
      if (at >= start && at < end) inside.push([at, component.attributes ?? 'deleted'])
      else outside++
    }
  }
  return { inside, outside }
}
