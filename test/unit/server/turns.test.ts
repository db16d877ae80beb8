import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import sinon from 'sinon'
import { LIMITS } from '../../../ot/wire.ts'
import { until } from '../../harness/deadline.ts'
import {
  CREATE,
  endOf,
  soon,
  type TestNode,
  textOf,
  times,
  versionOf,
  worldForEachTest,
} from './turns-world.ts'

const EVERYTHING = Number.POSITIVE_INFINITY

describe('turns', () => {
  const world = worldForEachTest()

  it('[S1] [S3] ops that come while a transaction is in flight share the next one', async () => {
    const { node, letter } = world
    const before = node.db.appends
    const letGo = node.db.hold()
    const first = letter.type('a')
    await node.db.isHolding()
    const others = times(99, () => letter.type('b'))
    letGo()
    await Promise.all([first, ...others])
    expect(node.db.appends - before).to.equal(2)
    expect(await letter.version()).to.equal(101)
  })

  it('[S1] a turn ends when its op is handed over: the next is made on it before it is durable', async () => {
    const { node, letter } = world
    const letGo = node.db.hold()
    const first = letter.type('world', { base: 1 })
    await node.db.isHolding()
    const second = letter.type('!', { base: 1 })
    letGo()
    expect(await Promise.all([first, second].map(versionOf))).to.deep.equal([2, 3])
    expect(await letter.text()).to.equal('world!\n')
  })

  it('[S1] nobody is shown what is not durable, and everybody hears each op once, in order', async () => {
    const { node, letter } = world
    const document = await node.documents.open(letter.key)
    const heard: number[] = []
    const leave = document.subscribe({ committed: (ops) => void heard.push(...ops.map((op) => op.version)) })
    const letGo = node.db.hold()
    const all = times(3, () => letter.type('a'))
    await node.db.isHolding()
    await soon()
    expect(await letter.version()).to.equal(1)
    expect(await document.ops(0, EVERYTHING)).to.have.length(1)
    expect(heard).to.deep.equal([])
    letGo()
    await Promise.all(all)
    expect(heard).to.deep.equal([2, 3, 4])
    expect(await document.ops(0, EVERYTHING)).to.have.length(4)
    leave()
  })

  it('[S1] whoever opens a letter that is being made gets it when it is durable, not word that there is none', async () => {
    const { node } = world
    const key = { collection: 'letters', id: randomUUID() }
    await node.documents.open(key)
    const letGo = node.db.hold()
    const by = { base: null, source: 'maker', seq: 1, author: null, origin: null }
    const making = node.documents.submit(key, { change: CREATE, ...by })
    await node.db.isHolding()
    const opening = node.documents.open(key)
    await soon()
    letGo()
    expect((await opening).durable).to.include({ version: 1 })
    await making
  })

  it('[S1] a turn ends on an error too, and harms no other', async () => {
    const { letter } = world
    const ends = await Promise.all([
      endOf(letter.type('a')),
      endOf(letter.edit([{ insert: '' }])),
      endOf(letter.edit([{ retain: 100 }, { insert: 'x' }])),
      endOf(letter.edit('nonsense')),
      endOf(letter.type('x', { base: 99 })),
      endOf(letter.type('b')),
    ])
    expect(ends).to.deep.equal([
      'committed',
      'op/malformed',
      'op/does-not-fit',
      'op/malformed',
      'op/version-ahead',
      'committed',
    ])
    expect(await letter.text()).to.equal('ba\n')
  })

  it('[S1] the queue is bounded: who comes past the bound is told to come back, and nobody else', async () => {
    const { node, letter } = world
    const letGo = node.db.hold()
    const first = endOf(letter.type('a'))
    await node.db.isHolding()
    const more = times(5_100, () => endOf(letter.type('a')))
    await soon()
    letGo()
    const ends = await Promise.all([first, ...more])
    expect(ends.filter((end) => end === 'server/busy')).to.have.length(101)
    expect(ends.filter((end) => end === 'committed')).to.have.length(5_000)
    expect(await letter.version()).to.equal(1 + 5_000)
    expect(await endOf(letter.type('z'))).to.equal('committed')
  })

  it('[S2] an op is transformed over exactly what it has not seen, also beyond what is in memory', async () => {
    const { letter } = world
    await Promise.all(times(2_500, (n) => letter.type(`${n % 10}`, { base: n + 1 })))
    await letter.type('[mine]', { base: 1, source: 'late' })
    await letter.type('[and mine]', { base: 11, at: 10, source: 'late', seq: 2 })
    const text = await letter.text()
    expect(text.slice(2_500)).to.equal('[mine][and mine]\n')
    expect(textOf((await letter.logged()).end)).to.equal(text)
  })

  it('[S9] an op too far behind is told so, and one ahead of the log as well', async () => {
    const { letter } = world
    await Promise.all(times(LIMITS.opsBehind, () => letter.type('a')))
    await letter.type('b')
    expect(await endOf(letter.type('x', { base: 1, source: 'old' }))).to.equal('op/version-behind')
    expect(await endOf(letter.type('x', { base: 9_999, source: 'new' }))).to.equal('op/version-ahead')
    expect(await endOf(letter.type('y', { base: 2, source: 'old', seq: 2 }))).to.equal('committed')
  })

  it('[D5] an op that changes nothing is answered and not stored', async () => {
    const { letter } = world
    expect(await letter.edit([])).to.deep.equal({ kind: 'no-op', version: 1 })
    expect(await letter.edit([{ retain: 1 }])).to.deep.equal({ kind: 'no-op', version: 1 })
    await letter.type('word')
    const twice = times(2, (n) => endOf(letter.edit([{ delete: 4 }], { base: 2, source: `${n}` })))
    expect(await Promise.all(twice)).to.deep.equal(['committed', 'no-op'])
    expect(await letter.version()).to.equal(3)
  })

  it('[D5] [S1] an op that changes nothing any more is answered when what it was held against is durable', async () => {
    const { node, letter } = world
    await letter.type('word')
    const letGo = node.db.hold()
    const first = endOf(letter.edit([{ delete: 4 }], { base: 2, source: 'one' }))
    await node.db.isHolding()
    let isAnswered = false
    const second = letter.edit([{ delete: 4 }], { base: 2, source: 'two' })
    void second.then(() => {
      isAnswered = true
    })
    await soon()
    expect(isAnswered).to.equal(false)
    letGo()
    expect(await first).to.equal('committed')
    expect(await second).to.deep.equal({ kind: 'no-op', version: 3 })
  })

  it('[D6] times never go backwards, whatever the clock says', async () => {
    let now = 5_000
    const letter = await world.another({ clock: { now: () => now } }).letter()
    for (const time of [7_000, 6_000, 1, 7_001]) {
      now = time
      await letter.type('a')
    }
    await letter.on(world.another({ clock: { now: () => 3 } })).type('b', { source: 'other' })
    const recorded = (await letter.logged()).ops.map(({ time }) => time)
    expect(recorded).to.deep.equal([5_000, 7_000, 7_000, 7_000, 7_001, 7_001])
  })

  it('[T1] a copy is stored every 200 ops, and when the document is let go', async () => {
    const { node, letter } = world
    const copyAt = async () => (await node.log.find('letters', letter.id))!.snapshot?.version ?? 0
    await Promise.all(times(198, () => letter.type('a')))
    expect(await copyAt()).to.equal(0)
    await letter.type('b')
    await until('the copy to be stored', async () => (await copyAt()) === 200)
    await letter.type('c')
    await node.close()
    expect(await copyAt()).to.equal(201)
  })

  it('[T1] copies of a long letter are stored less often: 100 characters of them an op at most', async () => {
    const { node, letter } = world
    const stored = noteCopies(node)
    await letter.type('x'.repeat(49_000))
    await Promise.all(times(198, () => letter.type('a')))
    await Promise.all(times(480, () => letter.type('b')))
    expect(stored).to.deep.equal([200])
    await node.close()

    const next = world.another()
    const there = letter.on(next)
    const storedThere = noteCopies(next)
    await Promise.all(times(480, () => there.type('c', { source: 'there' })))
    expect(storedThere).to.deep.equal([])
    await Promise.all(times(20, () => there.type('d', { source: 'there' })))
    expect(storedThere).to.have.length(1)
  })

  it('[S7] a document that is loaded again is the same, byte for byte', async () => {
    const { node, letter } = world
    for (let n = 0; n < 250; n++) await letter.edit(n % 3 === 2 ? [{ delete: 1 }] : [{ insert: `${n} ` }])
    const here = JSON.stringify(await letter.shown())
    expect(JSON.stringify(await letter.on(world.another()).shown())).to.equal(here)
    await node.close() // which stores a copy of the head
    expect(JSON.stringify(await letter.on(world.another()).shown())).to.equal(here)
  })

  it('a document that many ask for at once is loaded once', async () => {
    const node = world.another()
    const loaded = await Promise.all(times(20, () => node.documents.open(world.letter.key)))
    expect(new Set(loaded).size).to.equal(1)
    expect(node.documents.count).to.equal(1)
  })

  it('a document nobody uses is let go after a minute, and one that is listened to is not', async () => {
    const timers = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let now = 0
    const node = world.another({ clock: { now: () => now } })
    const [used, unused] = [await node.letter(), await node.letter()]
    await unused.type('left alone')
    const leave = (await node.documents.open(used.key)).subscribe({ committed: () => {} })
    now = 59_000
    timers.tick(10_000)
    expect(node.documents.count).to.equal(2)
    now = 61_000
    timers.tick(10_000)
    timers.restore()
    await until('one to be let go', () => node.documents.count === 1)
    expect(node.documents.resident(used.key)).to.not.equal(undefined)
    expect(await unused.text()).to.equal('left alone\n')
    leave()
  })

  it('documents that nobody uses are let go a few at a time, and once', async () => {
    const timers = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let now = 0
    const node = world.another({ clock: { now: () => now } })
    await Promise.all(times(30, () => node.letter()))
    let saving = 0
    let most = 0
    let saved = 0
    const save = node.log.saveSnapshot.bind(node.log)
    node.log.saveSnapshot = async (document, snapshot) => {
      most = Math.max(most, ++saving)
      await soon()
      saved++
      return save(document, snapshot).finally(() => saving--)
    }
    now = 61_000
    timers.tick(10_000)
    timers.tick(30_000)
    timers.restore()
    await until('all to be let go', () => node.documents.count === 0)
    expect([saved, most]).to.deep.equal([30, 2])
  })

  it('[S1] a node that is shutting down flushes what it has, and takes nothing more', async () => {
    const { node, letter } = world
    const last = times(10, () => endOf(letter.type('a')))
    await soon()
    await node.committer.close()
    expect(new Set(await Promise.all(last))).to.deep.equal(new Set(['committed']))
    expect(await endOf(letter.type('b'))).to.equal('server/closing')
  })
})

/** The versions the node stores copies of, from now on. */
function noteCopies({ log }: TestNode): number[] {
  const stored: number[] = []
  const save = log.saveSnapshot.bind(log)
  log.saveSnapshot = (document, snapshot) => {
    stored.push(snapshot.version)
    return save(document, snapshot)
  }
  return stored
}
