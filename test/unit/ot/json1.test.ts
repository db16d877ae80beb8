import { expect } from 'chai'
import { json1 } from '../../../ot/types.ts'
import { refusal } from './refusals.ts'

const key = (i: number) => `k${String(i).padStart(5, '0')}`

/** An op that sets `x` of many shapes. */
function setAll(count: number, value: number): unknown {
  return json1.parseOp([
    'shapes',
    ...Array.from({ length: count }, (_, i) => [key(i), 'x', { r: true, i: value }]),
  ])
}

describe('a JSON document', () => {
  it('goes by the name and the URI of json1', () => {
    expect(json1.name).to.equal('json1')
    expect(json1.uri).to.equal('http://sharejs.org/types/JSONv1')
    expect(json1.ottype).to.include({ name: json1.name, uri: json1.uri })
  })

  it('shares with its next version what an op leaves alone', () => {
    const before = json1.parseCreate({ a: { x: 1 }, b: { y: 2 } }) as { b: unknown }
    const after = json1.apply(before, json1.parseOp(['a', 'x', { r: true, i: 2 }])) as { b: unknown }
    expect(after).to.deep.equal({ a: { x: 2 }, b: { y: 2 } })
    expect(after.b).to.equal(before.b)
  })

  it('[J6.2] knows its size, and that of its next versions', () => {
    const before = json1.parseCreate({ a: 'xyz', b: [1, null] })
    expect(json1.length(before)).to.equal(1 + (1 + 4) + (1 + 3))
    const after = json1.apply(before, json1.parseOp(['a', { r: true }]))
    expect(json1.length(after)).to.equal(1 + (1 + 3))
  })

  it('leaves out invert from the registered type: it would put `true` where something was removed', () => {
    expect(json1.ottype).to.not.have.property('invert')
  })

  it('settles concurrent edits that plain json1 refuses', () => {
    const mine = json1.parseOp(['a', { i: 1 }])
    const theirs = json1.parseOp(['a', { i: 2 }])
    const document = json1.parseCreate({})
    const after = json1.apply(json1.apply(document, theirs), json1.transform(mine, theirs, 'left'))
    expect(after).to.deep.equal({ a: 1 })
    expect(json1.apply(json1.apply(document, mine), json1.transform(theirs, mine, 'right'))).to.deep.equal(
      after,
    )
  })

  it('settles as many conflicts as an op can have in no time, where they have nothing to do with each other', () => {
    const [mine, theirs] = [setAll(1_000, 1), setAll(1_000, 2)]
    expect(json1.transform(mine, theirs, 'left')).to.deep.equal(mine)
    expect(json1.transform(mine, theirs, 'right')).to.equal(null)
  })

  it('[J6.5] refuses ops that are made to conflict for ever', () => {
    const mine = json1.parseOp([
      ['b', { es: [1, 'y'], p: 0, d: 0 }],
      [
        'c',
        { es: [1, 'y'], p: 1, d: 1 },
        [0, { es: [{ d: 1 }], p: 2 }, 0, { es: [{ d: 1 }], p: 3, d: 2 }],
        ['b', { es: [1, 'y'], d: 3 }],
      ],
    ])
    const theirs = json1.parseOp([
      'c',
      [0, [0, { es: ['x'], p: 0, d: 0 }], ['c', { es: [1, 'y'], p: 1, d: 1 }]],
      [1, { es: [{ d: 1 }], p: 2, d: 2 }],
      ['a', { ena: 1, r: true }, 'a', { es: [1, 'y'], r: true }],
    ])
    const { code, data } = refusal(() => json1.transform(mine, theirs, 'right'))
    expect([code, data.rule]).to.deep.equal(['op/too-large', 'J6.5'])
  })

  it('[J2.1] is made of JSON only', () => {
    for (const value of [undefined, () => 1, Symbol('a'), 1n, new Date(0), new Map(), Number.NaN, /a/]) {
      expect(refusal(() => json1.parseOp(['a', { i: [value] }])).data.rule).to.match(/^J2\.[12]$/)
      expect(refusal(() => json1.parseCreate({ a: value })).data.rule).to.match(/^J2\.[12]$/)
    }
  })
})
