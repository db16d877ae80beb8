import { expect } from 'chai'
import { documentType } from '../../../ot/types.ts'
import type { TypeOf } from '../../../server/doc/types.ts'
import { MemoryBus } from '../../../server/pubsub/memory-bus.ts'
import { until } from '../../harness/deadline.ts'
import { Random, SEED } from '../../harness/random.ts'
import { endOf, soon, type TestLetter, textOf, times, versionOf, worldForEachTest } from './turns-world.ts'

describe('two nodes that write one letter', () => {
  const world = worldForEachTest()
  let elsewhere: TestLetter
  let other: ReturnType<typeof world.another>

  beforeEach(async () => {
    other = world.another()
    elsewhere = world.letter.on(other)
    await elsewhere.shown()
  })

  it('[S3] the second takes back all it had handed over, in order, and makes it anew on what it missed', async () => {
    const { node, letter } = world
    const letGo = node.db.hold()
    const first = letter.type('1', { base: 1, source: 'mine', seq: 1 })
    await node.db.isHolding()
    const others = times(4, (n) => letter.type(`${n + 2}`, { base: 1, source: 'mine', seq: n + 2 }))
    await elsewhere.type('other ', { base: 1, source: 'theirs', seq: 1 })
    letGo()
    expect(await Promise.all([first, ...others].map(versionOf))).to.deep.equal([3, 4, 5, 6, 7])
    expect(await letter.order()).to.deep.equal(['theirs 1', 'mine 1', 'mine 2', 'mine 3', 'mine 4', 'mine 5'])
    expect(await letter.text()).to.equal('other 12345\n')
  })

  it('[S3] what lost a race leaves together, and what comes then waits until it has landed', async () => {
    const { node, letter } = world
    const letGo = node.db.hold()
    const lost = times(3, (n) => letter.type(`${n + 1}`, { base: 1, source: 'mine', seq: n + 1 }))
    await node.db.isHolding()
    await elsewhere.type('other ', { base: 1, source: 'theirs', seq: 1 })
    const before = node.db.appends
    letGo()
    const letGoAgain = node.db.hold()
    await until('the race to be lost', () => node.db.lostRaces === 1)
    await node.db.isHolding()
    const late = letter.type('4', { base: 1, source: 'mine', seq: 4 })
    await elsewhere.type('faster ', { base: 2, source: 'theirs', seq: 2 })
    letGoAgain()
    expect(await Promise.all([...lost, late].map(versionOf))).to.deep.equal([4, 5, 6, 7])
    // The three that lost once more, and then all four: had the fourth been handed over behind them, it had lost as well.
    expect(node.db.appends - before).to.equal(2)
    expect(await letter.text()).to.equal('faster other 1234\n')
  })

  it('[S2] an op that starts over is carried on from where it was, not from where it came from', async () => {
    let transformed = 0
    const counting: TypeOf = (uri) => {
      const type = documentType(uri)!
      const transform: typeof type.transform = (...ops) => {
        transformed++
        return type.transform(...ops)
      }
      return { ...type, transform }
    }
    const node = world.another({ typeOf: counting })
    const letter = world.letter.on(node)
    for (let n = 0; n < 20; n++) await elsewhere.type('x', { base: 1 + n, source: 'theirs', seq: n + 1 })
    let letGo = node.db.hold()
    const late = letter.type('late ', { base: 1, source: 'mine', seq: 1 })
    for (let race = 1; race <= 3; race++) {
      await node.db.isHolding()
      await elsewhere.type('y', { base: 20 + race, source: 'theirs', seq: 20 + race })
      const lose = letGo
      letGo = node.db.hold()
      lose()
      await until('the race to be lost', () => node.db.lostRaces === race)
    }
    await node.db.isHolding()
    letGo()
    expect(await versionOf(late)).to.equal(25)
    expect(await letter.text()).to.equal(`${'y'.repeat(3)}${'x'.repeat(20)}late \n`)
    expect(transformed).to.equal(23)
  })

  it('[S3] one op gets in between the ops of a node that writes without a pause', async () => {
    let goesOn = true
    let written = 0
    const busy = times(5, async (writer) => {
      for (let seq = 1; goesOn; seq++, written++) await elsewhere.type('x', { source: `busy ${writer}`, seq })
    })
    await until('some to be written', () => written > 20)
    const before = written
    await world.letter.type('y', { base: 1, source: 'mine', seq: 1 })
    const meanwhile = written - before
    goesOn = false
    await Promise.all(busy)
    expect(meanwhile).to.be.lessThan(500)
  })

  it('[S4] an op that reaches both happens once, with one version', async () => {
    const { node, letter } = world
    const letGo = node.db.hold()
    const here = letter.type('once', { source: 'tab', seq: 1 })
    await node.db.isHolding()
    expect(await versionOf(elsewhere.type('once', { source: 'tab', seq: 1, base: 1 }))).to.equal(2)
    letGo()
    expect(await here).to.deep.equal({ kind: 'duplicate', version: 2 })
    expect(await letter.text()).to.equal('once\n')
  })

  it('[D5] an op that changed nothing after one that goes back takes its turn again with it', async () => {
    const { node, letter } = world
    await letter.type('word', { source: 'mine', seq: 1 })
    const letGo = node.db.hold()
    const first = letter.edit([{ delete: 4 }], { base: 2, source: 'one', seq: 1 })
    await node.db.isHolding()
    const second = letter.edit([{ delete: 4 }], { base: 2, source: 'two', seq: 1 })
    await elsewhere.type('x', { base: 2, source: 'theirs', seq: 1 })
    letGo()
    expect(await first).to.include({ kind: 'committed', version: 4 })
    expect(await second).to.deep.equal({ kind: 'no-op', version: 4 })
    expect(await letter.text()).to.equal('x\n')
  })

  it('[S7] an op made on a version this node has not heard of makes it look, and is taken', async () => {
    const { letter } = world
    for (const text of ['a', 'b']) await letter.type(text)
    expect(await elsewhere.version()).to.equal(1)
    expect(await versionOf(elsewhere.type('c', { base: 3, source: 'moved' }))).to.equal(4)
    expect(await elsewhere.text()).to.equal('cba\n')
  })

  it('[S7] [S4] so does an op that is sent again and that the other node has stored', async () => {
    const { letter } = world
    for (const text of ['a', 'b']) await letter.type(text, { source: 'tab', seq: text === 'a' ? 1 : 2 })
    const again = await elsewhere.type('b', { source: 'tab', seq: 2, base: 1 })
    expect(again).to.deep.equal({ kind: 'duplicate', version: 3 })
    expect(await elsewhere.text()).to.equal('ba\n')
  })

  it('[S7] also while ops of its own are in flight, which are about to lose their race', async () => {
    const { letter } = world
    const letGo = other.db.hold()
    const doomed = endOf(elsewhere.type('x', { base: 1, source: 'slow' }))
    await other.db.isHolding()
    for (const text of ['a', 'b']) await letter.type(text)
    const moved = endOf(elsewhere.type('c', { base: 3, source: 'moved' }))
    await soon()
    letGo()
    expect(await Promise.all([doomed, moved])).to.deep.equal(['committed', 'committed'])
    expect(await elsewhere.text()).to.equal('cbax\n')
    // What goes back goes to the front, before whoever came later.
    expect(await letter.order()).to.deep.equal(['tab 2', 'tab 3', 'slow 1', 'moved 2'])
  })

  it('[S7] one that is told of a version catches up, and tells who listens', async () => {
    const bus = new MemoryBus()
    const [here, there] = [world.another({ bus }), world.another({ bus })]
    const heard: number[] = []
    const document = await there.documents.open(world.letter.key)
    const leave = document.subscribe({ committed: (ops) => void heard.push(...ops.map((op) => op.version)) })
    for (const text of ['a', 'b', 'c']) await world.letter.on(here).type(text, { source: text, seq: 1 })
    await until('the news to arrive', () => heard.length === 3)
    expect(heard).to.deep.equal([2, 3, 4])
    leave()
  })

  it('[S7] news that comes while the log is read is not lost, though the answer is older', async () => {
    const bus = new MemoryBus()
    const [here, there] = [world.another({ bus }), world.another({ bus })]
    const [letter, reader] = [world.letter.on(here), world.letter.on(there)]
    await reader.shown()
    const letGo = there.db.holdAnswers()
    await letter.type('a', { source: 'a' })
    await there.db.isHolding()
    await letter.type('b', { source: 'b' })
    await soon() // the bus has said so
    letGo()
    await until('the reader to be level', async () => (await reader.version()) === 3)
  })

  describe(`at once, with mishaps and resends (SEED=${SEED})`, () => {
    const random = new Random()
    const tally = { duplicates: 0, failures: 0, lostRaces: 0 }

    for (let round = 1; round <= 8; round++) {
      it(`[S1] [S3] [S4] [S6] every op is there once, and all copies are equal (round ${round})`, async function () {
        this.timeout(60_000)
        const promised = new Map<string, number>()
        await Promise.all(times(6, (writer) => write(writer, promised)))

        const { ops, end } = await world.letter.logged()
        expect(ops).to.have.length(1 + promised.size)
        for (const [token, version] of promised) {
          expect(textOf(end).split(token), `SEED=${SEED}`).to.have.length(2)
          expect(ops[version - 1]!.body).to.include(token)
        }
        // An op made on the head makes a node look.
        const base = await world.letter.on(world.another()).version()
        for (const place of [world.letter, elsewhere]) {
          await endOf(place.edit([], { base, source: 'looks' }))
          expect(JSON.stringify(await place.shown())).to.equal(JSON.stringify(end))
        }
        tally.lostRaces += world.node.db.lostRaces + other.db.lostRaces
      })
    }

    it('and that was not vacuous', () => {
      const seen = `SEED=${SEED} ${JSON.stringify(tally)}`
      expect(tally.duplicates, seen).to.be.greaterThan(50)
      expect(tally.failures, seen).to.be.greaterThan(10)
      expect(tally.lostRaces, seen).to.be.greaterThan(50)
    })

    /** Writes 30 characters nobody else has, here or there, now and then twice, until each is acknowledged. */
    async function write(writer: number, promised: Map<string, number>): Promise<void> {
      for (let seq = 1; seq <= 30; seq++) {
        const token = String.fromCharCode(0xe000 + writer * 100 + seq)
        const base = Math.max(1, (await place().version()) - random.below(3))
        const sent = { base, source: `writer ${writer}`, seq, at: base === 1 ? 0 : random.below(2) }
        do {
          if (random.chance(0.08)) random.pick([world.node, other]).db.breaks(random.pick(MISHAPS))
          const sending = place().type(token, sent)
          const end = await endOf(sending)
          if (end === 'server/unavailable') tally.failures++
          else {
            const { kind, version } = await sending
            if (kind === 'duplicate') tally.duplicates++
            expect(promised.get(token) ?? version, `${token} is at one version, SEED=${SEED}`).to.equal(
              version,
            )
            promised.set(token, version)
          }
        } while (!promised.has(token) || random.chance(0.2))
      }
    }

    function place(): TestLetter {
      return random.pick([world.letter, elsewhere])
    }
  })
})

const MISHAPS = ['unreachable', 'refused', 'cut before', 'cut after'] as const
