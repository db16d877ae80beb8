import { expect } from 'chai'
import { CREATE, endOf, times, worldForEachTest } from './turns-world.ts'

describe('an op that is sent again', () => {
  const world = worldForEachTest()

  it('[S4] at any base version, is answered with its first version, and changes nothing', async () => {
    const { letter } = world
    await letter.type('once', { seq: 1 })
    for (let seq = 2; seq < 5; seq++) await letter.type('more', { seq })
    for (const base of [null, 0, 1, 2, 3, 4, 5, 99]) {
      expect(await letter.type('once', { seq: 1, base })).to.deep.equal({ kind: 'duplicate', version: 2 })
    }
    expect(await letter.version()).to.equal(5)
  })

  it('[S4] long after, and to a node that has just started, is answered so too', async () => {
    const { letter } = world
    await letter.type('once', { seq: 7 })
    await Promise.all(times(2_500, (n) => letter.type('more', { source: 'other', seq: n + 1 })))
    for (const place of [letter, letter.on(world.another())]) {
      const again = await place.type('once', { seq: 7, base: 1 })
      expect(again).to.deep.equal({ kind: 'duplicate', version: 2 })
    }
  })

  it('[S4] before the first is durable, shares the fate of the first', async () => {
    const { node, letter } = world
    let letGo = node.db.hold()
    const stored = times(3, (base) => endOf(letter.type('once', { seq: 1, base })))
    await node.db.isHolding()
    letGo()
    // Version 0 is no letter yet, but which op it is is asked before what it would do.
    expect(await Promise.all(stored)).to.deep.equal(['document/not-found', 'committed', 'duplicate'])

    node.db.breaks('unreachable')
    letGo = node.db.hold()
    const lost = times(3, () => endOf(letter.type('x', { seq: 2 })))
    await node.db.isHolding()
    letGo()
    expect(new Set(await Promise.all(lost))).to.deep.equal(new Set(['server/unavailable']))
    expect(await letter.text()).to.equal('once\n')
  })

  it('[S4] is new when it was never stored, though a later one of its source was', async () => {
    const { letter } = world
    await letter.type('two', { seq: 2 })
    expect(await endOf(letter.type('one ', { seq: 1 }))).to.equal('committed')
    expect(await letter.text()).to.equal('one two\n')
  })

  it('[D1] [S4] and creates the letter again is the same letter; by somebody else it is refused', async () => {
    const { letter } = world
    const again = await letter.submit(CREATE, { source: 'creator', seq: 1 })
    expect(again).to.deep.equal({ kind: 'duplicate', version: 1 })
    expect(await endOf(letter.submit(CREATE, { source: 'stranger', seq: 1 }))).to.equal('document/exists')
  })
})
