import { expect } from 'chai'
import { packStart, unpackStart } from '../../../server/doc/packed-start.ts'

const START = {
  version: 12,
  letter: {
    ops: [{ insert: 'Dear Ada,\n', attributes: { bold: true as const } }, { insert: 'é😀\u2028\n' }],
  },
  blame: [
    { length: 5, author: 'ada', version: 3 },
    { length: 5, author: '', version: 4 },
    { length: 5, author: 'ada', version: 12 },
  ],
}

describe('where a reckoning starts', () => {
  it('[T1] is what was packed, with those who wrote it or without', () => {
    const packed = packStart(START)
    expect(unpackStart({ version: 12, packed })).to.deep.equal(START)
    expect(unpackStart({ version: 12, packed }, false)).to.deep.equal({ ...START, blame: [] })
    // As a thread is sent it: a part of something longer.
    const longer = new Uint8Array([123, 10, ...packed])
    expect(unpackStart({ version: 12, packed: longer.subarray(2) })).to.deep.equal(START)
  })

  it('[T1] is read from the snapshots of before, too', () => {
    const blame = START.blame.map(({ length, author, version }) => [length, author, version])
    const packed = Buffer.from(JSON.stringify({ letter: START.letter, blame }))
    expect(unpackStart({ version: 12, packed })).to.deep.equal(START)
  })

  it('is nothing before the first op', () => {
    expect(unpackStart({ version: 0, packed: null })).to.deep.equal({
      version: 0,
      letter: { ops: [] },
      blame: [],
    })
  })
})
