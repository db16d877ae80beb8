import { expect } from 'chai'
import { mapPosition, mapRange, type Range } from '../../../ot/anchor.ts'
import type { LetterOp } from '../../../ot/component.ts'
import { letter } from '../../../ot/types.ts'

function op(...components: unknown[]): LetterOp {
  return letter.parseOp(components) as LetterOp
}

/** What becomes of the range that is marked in `before`, in the same notation. */
function range(before: string): Range {
  const start = before.indexOf('[')
  return { start, end: before.indexOf(']') - 1 }
}

describe('an anchor', () => {
  const cases: readonly (readonly [string, LetterOp, Range | null])[] = [
    ['ab[cd]ef', op({ insert: 'x' }), { start: 3, end: 5 }],
    ['ab[cd]ef', op({ retain: 2 }, { insert: 'x' }), { start: 3, end: 5 }],
    ['ab[cd]ef', op({ retain: 3 }, { insert: 'x' }), { start: 2, end: 5 }],
    ['ab[cd]ef', op({ retain: 4 }, { insert: 'x' }), { start: 2, end: 4 }],
    ['ab[cd]ef', op({ retain: 5 }, { insert: 'x' }), { start: 2, end: 4 }],
    ['ab[cd]ef', op({ delete: 3 }), { start: 0, end: 1 }],
    ['ab[cd]ef', op({ retain: 3 }, { delete: 3 }), { start: 2, end: 3 }],
    ['ab[cd]ef', op({ retain: 2 }, { delete: 2 }), null],
    ['ab[cd]ef', op({ retain: 1 }, { delete: 4 }), null],
    ['ab[cd]ef', op({ retain: 2 }, { insert: 'xy' }, { delete: 2 }), null],
    ['ab[cd]ef', op({ retain: 3 }, { insert: 'xy' }, { delete: 1 }), { start: 2, end: 5 }],
    ['ab[cd]ef', op({ retain: 4, attributes: { bold: true } }), { start: 2, end: 4 }],
    ['ab[]cdef', op(), null],
  ]
  for (const [before, change, after] of cases) {
    it(`on ${before} becomes ${JSON.stringify(after)} with ${JSON.stringify(change.ops)}`, () => {
      expect(mapRange(range(before), change)).to.deep.equal(after)
    })
  }

  it('is mapped op by op, because composing forgets where in deleted text an insertion stood', () => {
    const insertion = op({ retain: 1 }, { insert: 'Z' })
    const deletion = op({ delete: 1 }, { retain: 1 }, { delete: 1 })
    const between = mapRange({ start: 0, end: 2 }, insertion)
    expect(between && mapRange(between, deletion)).to.deep.equal({ start: 0, end: 1 })
    expect(mapRange({ start: 0, end: 2 }, letter.compose(insertion, deletion) as LetterOp)).to.equal(null)
  })

  it('of a single position goes before or behind what is inserted there', () => {
    expect(mapPosition(2, op({ retain: 2 }, { insert: 'xy' }), -1)).to.equal(2)
    expect(mapPosition(2, op({ retain: 2 }, { insert: 'xy' }), 1)).to.equal(4)
  })
})
