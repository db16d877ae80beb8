import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { HeadSweep } from '../../../server/doc/head-sweep.ts'
import type { Bus } from '../../../server/pubsub/bus.ts'
import { MemoryBus } from '../../../server/pubsub/memory-bus.ts'
import { DbError } from '../../../server/store/db.ts'
import type { OpLog } from '../../../server/store/op-log.ts'
import { until } from '../../harness/deadline.ts'
import { ManualTimer } from '../../harness/manual-timer.ts'
import { SpoiledBus } from '../../harness/spoiled-bus.ts'
import { CREATE, soon, TestLetter, type TestNode, times, versionOf, worldForEachTest } from './turns-world.ts'

type Known = Parameters<OpLog['movedHeads']>[0]

/** What a node is asked for the heads, and what it answers. */
class AskedLog implements Pick<OpLog, 'movedHeads'> {
  readonly asked: Known[] = []
  /** Thrown instead of an answer, while set. */
  failure: Error | null = null
  /** An answer waits. */
  isHolding = false
  readonly #log: OpLog
  #held: Promise<void> | null = null

  constructor(log: OpLog) {
    this.#log = log
  }

  /** From now on answers wait. @returns lets them go */
  hold(): () => void {
    let letGo = () => {}
    this.#held = new Promise((resolve) => {
      letGo = resolve
    })
    return () => {
      this.#held = null
      letGo()
    }
  }

  async movedHeads(known: Known): Promise<Map<number, number>> {
    this.asked.push(known)
    if (this.failure !== null) throw this.failure
    const moved = await this.#log.movedHeads(known)
    if (this.#held !== null) {
      this.isHolding = true
      await this.#held
      this.isHolding = false
    }
    return moved
  }
}

describe('the sweep of the heads', () => {
  const world = worldForEachTest()
  let there: TestNode
  let elsewhere: TestLetter
  let log: AskedLog
  let bus: SpoiledBus
  let timer: ManualTimer
  let sweep: HeadSweep
  let away: unknown[]
  let stuck: unknown[]
  let rewound: string[]

  beforeEach(async () => {
    there = world.another()
    elsewhere = world.letter.on(there)
    await elsewhere.shown()
    log = new AskedLog(there.log)
    bus = new SpoiledBus()
    timer = new ManualTimer()
    away = []
    stuck = []
    rewound = []
    sweep = new HeadSweep({
      log,
      bus,
      timer,
      residents: () => there.documents.residents(),
      onAway: (error) => void away.push(error),
      onStuck: (error) => void stuck.push(error),
      onRewound: ({ id }) => void rewound.push(id),
    })
  })
  afterEach(() => sweep.close())

  /** The sweep that has begun is over. */
  async function over(): Promise<void> {
    const { length } = log.asked
    expect(length).to.be.greaterThan(0)
    // A tick begins a sweep only when none is running.
    await until('the sweep to end', async () => {
      timer.pass(1_000)
      await soon()
      return log.asked.length > length
    })
  }

  it('[R4] brings a document to the head of the log that nobody told it of, and tells who listens', async () => {
    const heard: number[] = []
    const document = await there.documents.open(world.letter.key)
    const leave = document.subscribe({ committed: (ops) => void heard.push(...ops.map((op) => op.version)) })
    for (const text of ['a', 'b', 'c']) await world.letter.type(text)
    expect(await elsewhere.version()).to.equal(1)
    timer.pass(1_000)
    await until('the document to be level', () => document.durable.version === 4)
    expect(heard).to.deep.equal([2, 3, 4])
    leave()
  })

  it('[R4] asks every second, for all documents at once', async () => {
    const others = await Promise.all(times(5, () => world.node.letter()))
    for (const other of others) await other.on(there).shown()
    timer.pass(999)
    expect(log.asked).to.have.length(0)
    timer.pass(1)
    expect(log.asked.map((known) => known.length)).to.deep.equal([6])
    await over()
    expect(log.asked.map((known) => known.length)).to.deep.equal([6, 6])
  })

  it('[R4] asks at once when the bus is back, and once more when it was asking already', async () => {
    bus.comesBack()
    expect(log.asked).to.have.length(1)
    await over()
    const letGo = log.hold()
    await until('a sweep that waits', async () => {
      timer.pass(1_000)
      await soon()
      return log.isHolding
    })
    const before = log.asked.length
    for (let n = 0; n < 3; n++) bus.comesBack()
    expect(log.asked).to.have.length(before)
    letGo()
    await until('the sweep that was wanted', () => log.asked.length === before + 1)
  })

  it('asks one question at a time, however long the answer takes', async () => {
    const letGo = log.hold()
    timer.pass(10_000)
    await soon()
    expect(log.asked).to.have.length(1)
    letGo()
    await over()
    expect(log.asked).to.have.length(2)
  })

  it('asks in portions', async () => {
    const documents = [...there.documents.residents()]
    const many = Array.from({ length: 25_000 }, () => documents[0]!)
    await sweep.close()
    sweep = new HeadSweep({
      log,
      bus,
      timer,
      residents: () => many,
      onAway: fail,
      onStuck: fail,
      onRewound: fail,
    })
    timer.pass(1_000)
    await until('all to be asked for', () => log.asked.length === 3)
    expect(log.asked.map((known) => known.length)).to.deep.equal([10_000, 10_000, 5_000])
  })

  it('[S9] tells of a log that ends before what was durable', async () => {
    await versionOf(elsewhere.type('kept'))
    await versionOf(elsewhere.type('lost '))
    const other = await there.letter()
    const { document } = await there.documents.open(elsewhere.key)
    await world.db.query('delete from ops where document = $1 and version > 2', [document])
    await world.db.query('update heads set version = 2 where document = $1', [document])
    timer.pass(1_000)
    await over()
    expect(new Set(rewound)).to.deep.equal(new Set([elsewhere.id]))
    expect(rewound).to.not.include(other.id)
    expect([away, stuck]).to.deep.equal([[], []])
    await world.db.query('delete from snapshots where document = $1', [document])
  })

  it('does not look into the log for what is about to land', async () => {
    const letGo = there.db.hold()
    const sent = elsewhere.type('mine', { base: 1 })
    await there.db.isHolding()
    // The heads are where this op will have brought them.
    const document = await there.documents.open(world.letter.key)
    log.movedHeads = async (known) => {
      log.asked.push(known)
      return new Map([[document.document, 2]])
    }
    timer.pass(1_000)
    await over()
    const next = elsewhere.type('next', { base: 1, source: 'other' })
    letGo()
    expect(await Promise.all([sent, next].map(versionOf))).to.deep.equal([2, 3])
    // The second was taken while the first was in flight: nothing had to settle before.
    expect(there.db.appends).to.equal(2)
  })

  it('tells once that the database is away, and again when that happens again', async () => {
    log.failure = new DbError('unreachable', null, new Error('nobody listens'))
    timer.pass(1_000)
    for (let n = 0; n < 3; n++) await over()
    expect(away).to.deep.equal([log.failure])
    log.failure = null
    await world.letter.type('a')
    await over()
    await until('the document to be level', async () => (await elsewhere.version()) === 2)
    log.failure = new Error('again')
    for (let n = 0; n < 3; n++) await over()
    expect(away).to.have.length(2)
  })

  it('[S9] tells once that a document cannot catch up, and of the others nothing', async () => {
    const other = await world.node.letter()
    await other.on(there).shown()
    await world.letter.type('a')
    await other.type('a')
    const { document } = (await world.node.log.find('letters', world.letter.id))!
    await world.db.query('delete from ops where document = $1 and version = 2', [document])
    timer.pass(1_000)
    for (let n = 0; n < 3; n++) await over()
    expect(stuck).to.have.length(1)
    expect(stuck[0]).to.include({ code: 'document/log-broken' })
    expect(await other.on(there).version()).to.equal(2)
    expect(away).to.deep.equal([])
  })

  it('asks nothing more when it is closed, and leaves no timer behind', async () => {
    const letGo = log.hold()
    timer.pass(1_000)
    const closed = sweep.close()
    bus.comesBack()
    letGo()
    await closed
    expect(log.asked).to.have.length(1)
    expect(timer.count).to.equal(0)
  })

  it('asks nothing about nothing', async () => {
    const empty = world.another()
    const idle = new HeadSweep({
      log,
      bus,
      timer,
      residents: () => empty.documents.residents(),
      onAway: fail,
      onStuck: fail,
      onRewound: fail,
    })
    const { length } = log.asked
    await sweep.close()
    timer.pass(5_000)
    expect(log.asked).to.have.length(length)
    await idle.close()
  })
})

describe('a document that nobody had made when it was loaded', () => {
  const world = worldForEachTest()

  for (const [how, bus] of [
    ['when it is opened again', () => new MemoryBus()],
    ['as soon as it is told so', sharedBus],
  ] as const) {
    it(`[S7] is there ${how}, when another node has made it since`, async () => {
      const [here, there] = [world.another({ bus: bus() }), world.another({ bus: bus() })]
      const key = { collection: 'letters', id: randomUUID() }
      const document = await there.documents.open(key)
      expect(document.durable).to.include({ version: 0, type: null })
      await new TestLetter(here, key.id).submit(CREATE)
      if (bus === sharedBus) await until('the news', () => document.durable.version === 1)
      expect((await there.documents.read(key)).version).to.equal(1)
      expect(await there.documents.open(key)).to.equal(document)
    })
  }
})

const OF_BOTH = new MemoryBus()

function sharedBus(): Bus {
  return OF_BOTH
}

function fail(error: unknown): void {
  throw error
}
