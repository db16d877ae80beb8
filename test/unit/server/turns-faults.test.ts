import { expect } from 'chai'
import { endOf, soon, type TestLetter, textOf, times, versionOf, worldForEachTest } from './turns-world.ts'

describe('turns, when the database fails', () => {
  const world = worldForEachTest()

  for (const mishap of ['refused', 'unreachable', 'cut before'] as const) {
    it(`[S8] an append that is ${mishap} fails all that waited for it, as a fault of ours; the next works`, async () => {
      const { node, letter } = world
      await letter.type('a')
      node.db.breaks(mishap)
      const letGo = node.db.hold()
      const first = endOf(letter.type('x', { seq: 10 }))
      await node.db.isHolding()
      const others = ['y', 'z'].map((text) => endOf(letter.type(text, { source: text, seq: 1 })))
      await soon()
      letGo()
      expect(new Set(await Promise.all([first, ...others]))).to.deep.equal(new Set(['server/unavailable']))
      expect(await letter.text()).to.equal('a\n')
      expect(await versionOf(letter.type('b'))).to.equal(3)
      expect(await endOf(letter.type('x', { seq: 10 }))).to.equal('committed')
      expect(textOf((await letter.logged()).end)).to.equal('xba\n')
    })
  }

  it('[D5] an op that changed nothing after one that was not stored shares its fate', async () => {
    const { node, letter } = world
    await letter.type('word')
    node.db.breaks('refused')
    const letGo = node.db.hold()
    const first = endOf(letter.edit([{ delete: 4 }], { base: 2, source: 'one' }))
    await node.db.isHolding()
    const second = endOf(letter.edit([{ delete: 4 }], { base: 2, source: 'two' }))
    await soon()
    letGo()
    expect(await Promise.all([first, second])).to.deep.equal(['server/unavailable', 'server/unavailable'])
    expect(await letter.text()).to.equal('word\n')
  })

  it('[S6] an append whose answer was lost is read back: its senders hear that it is durable', async () => {
    const { node, letter } = world
    node.db.breaks('cut after')
    const letGo = node.db.hold()
    const first = letter.type('a')
    await node.db.isHolding()
    const second = letter.type('b')
    letGo()
    expect(await Promise.all([first, second].map(versionOf))).to.deep.equal([2, 3])
    expect(await letter.text()).to.equal('ba\n')
  })

  it('[S6] one that cannot be looked up within two seconds fails as a fault of ours; sent again, it is there once', async () => {
    const { node, letter } = world
    node.db.breaks('cut after')
    const letGo = node.db.holdAnswers()
    expect(await endOf(letter.type('a', { seq: 10 }))).to.equal('server/unavailable')
    letGo()
    expect(await endOf(letter.type('a', { seq: 10 }))).to.equal('duplicate')
    expect(await letter.text()).to.equal('a\n')
  })

  it('[S9] a hole in the log is an alarm, never a wrong document', async () => {
    const { letter } = world
    await Promise.all(times(3, () => letter.type('a')))
    await mend(letter, 3, null)
    const elsewhere = letter.on(world.another())
    expect(await endOf(elsewhere.shown())).to.equal('document/log-broken')
    expect(await endOf(elsewhere.type('x', { source: 'other' }))).to.equal('document/log-broken')
  })

  it('[S9] an op of the log that does not fit is an alarm, and the letter goes on when it is mended', async () => {
    const { letter } = world
    const elsewhere = letter.on(world.another())
    await elsewhere.shown()
    for (const text of ['a', 'b', 'c']) await letter.type(text)
    const { body } = (await letter.logged()).ops[2]!

    await mend(letter, 3, '{"op":{"ops":[{"retain":50},{"insert":"x"}]}}')
    for (let seq = 1; seq <= 3; seq++) {
      expect(await endOf(elsewhere.type('x', { source: 'other', seq }))).to.equal('document/log-broken')
    }
    expect(await elsewhere.text()).to.equal('\n')

    await mend(letter, 3, body)
    expect(await endOf(elsewhere.type('d', { source: 'other', seq: 9 }))).to.equal('committed')
    expect(await elsewhere.text()).to.equal('dcba\n')
  })

  it('[S9] a log that ends before what was durable was taken back: nothing is written on top of it', async () => {
    const { node, letter, db } = world
    for (const text of ['a', 'b', 'c']) await letter.type(text)
    const { document } = (await node.log.find('letters', letter.id))!
    await db.query('delete from ops where document = $1 and version > 2', [document])
    await db.query('update heads set version = 2 where document = $1', [document])

    const appends = node.db.appends
    expect(await endOf(letter.type('x'))).to.equal('server/restored')
    expect(node.db.appends - appends).to.equal(1)
    expect([...node.rewound]).to.deep.equal([letter.id])
    expect(await endOf(letter.type('y'))).to.equal('server/restored')

    const elsewhere = letter.on(world.another())
    expect(await versionOf(elsewhere.type('d', { source: 'other' }))).to.equal(3)
    expect(await elsewhere.text()).to.equal('da\n')
    await db.query('delete from snapshots where document = $1', [document])
  })

  /** Writes another body into the log, or takes the op out. */
  async function mend(letter: TestLetter, version: number, body: string | null): Promise<void> {
    const { document } = (await world.node.log.find('letters', letter.id))!
    if (body === null) {
      await world.db.query('delete from ops where document = $1 and version = $2', [document, version])
    } else {
      await world.db.query('update ops set body = $3 where document = $1 and version = $2', [
        document,
        version,
        body,
      ])
    }
  }
})
