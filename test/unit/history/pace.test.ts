import { expect } from 'chai'
import { BoundedMap } from '../../../client/history/bounded-map.ts'
import { Playing, pace } from '../../../client/history/pace.ts'

describe('playing a history', () => {
  it('takes a minute for a long letter, and is no slower than five edits a second for a short one', () => {
    expect([pace(100_000, 1) * 60, pace(60_000, 4), pace(12, 1), pace(12, 0.5)]).to.deep.equal([
      100_000, 4_000, 5, 2.5,
    ])
  })

  it('shows the version of the moment, and stops at the newest', () => {
    const playing = new Playing(10, 1_000, 100)
    expect([1_016, 1_050, 1_150, 1_250].map((time) => playing.next(time, 30))).to.deep.equal([11, 15, 25, 30])
  })

  it('goes on from where it was after a pause in the background', () => {
    const playing = new Playing(10, 0, 100)
    expect(playing.next(60_000, 1_000)).to.equal(20)
  })

  it('waits for what is not here yet', () => {
    const playing = new Playing(10, 0, 100)
    playing.next(50, 1_000)
    playing.hold(10, 50)
    expect(playing.next(60, 1_000)).to.equal(11)
  })
})

describe('a bounded map', () => {
  it('forgets what was used longest ago', () => {
    const map = new BoundedMap<string, number>(3, () => 1)
    for (const key of ['a', 'b', 'c']) map.set(key, 1)
    map.get('a')
    map.set('d', 1)
    expect(['a', 'b', 'c', 'd'].filter((key) => map.has(key))).to.deep.equal(['a', 'c', 'd'])
  })

  it('counts what is replaced once, and keeps the newest even if it is too heavy', () => {
    const map = new BoundedMap<string, number>(5, (weight) => weight)
    map.set('a', 2)
    map.set('a', 3)
    expect(map.weight).to.equal(3)
    map.set('b', 9)
    expect([map.weight, map.has('a'), map.has('b')]).to.deep.equal([9, false, true])
  })
})
