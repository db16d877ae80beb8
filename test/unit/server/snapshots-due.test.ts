import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import sinon from 'sinon'
import { Snapshots } from '../../../server/doc/snapshots.ts'
import { sqlObjectStore } from '../../../server/store/object-store.ts'
import { KeyRing } from '../../../server/store/seal.ts'
import { SealedSnapshots } from '../../../server/store/sealed-snapshots.ts'
import { ReckonerPool } from '../../../server/workers/reckoner-pool.ts'
import { type TestLetter, worldForEachTest } from './turns-world.ts'

const MINUTE = 60_000

describe('[T1] a snapshot of a letter', () => {
  const world = worldForEachTest()
  const reckoner = new ReckonerPool()
  let now: number
  /** Letters are looked at when a test says so, and never in between. */
  let timers: ReturnType<typeof sinon.useFakeTimers>
  let store: SealedSnapshots
  let snapshots: Snapshots
  let letter: TestLetter

  beforeEach(() => {
    now = 0
    timers = sinon.useFakeTimers({
      toFake: ['setInterval', 'clearInterval'],
      shouldClearNativeTimers: true,
    })
    letter = world.letter
    store = new SealedSnapshots({
      db: world.db,
      objects: sqlObjectStore(world.db),
      keys: new KeyRing([['key', randomBytes(32)]]),
    })
    snapshots = nodeOf(world.node)
  })
  afterEach(async () => {
    await snapshots.close()
    timers.restore()
  })
  after(() => reckoner.close())

  function nodeOf({ documents }: typeof world.node): Snapshots {
    return new Snapshots({
      ...{ documents, store, reckoner, clock: { now: () => now }, epoch: randomUUID() },
      firmOf: async () => letter.id,
      onAlarm: (error) => {
        throw error
      },
    })
  }

  async function versions(): Promise<number[]> {
    return (await store.upTo(letter.id, Number.MAX_SAFE_INTEGER, 100)).map(({ version }) => version)
  }

  /** The versions there are snapshots of when so many minutes have passed. */
  async function minutesLater(minutes: number): Promise<number[]> {
    now += minutes * MINUTE
    timers.tick(1_000)
    await snapshots.settled()
    return versions()
  }

  it('is made five minutes after somebody began to write, and again only when somebody writes on', async () => {
    expect(await minutesLater(0)).to.deep.equal([])
    await letter.type('a')
    expect(await minutesLater(1)).to.deep.equal([])
    await letter.type('b')
    expect(await minutesLater(4)).to.deep.equal([])
    await letter.type('c')
    expect(await minutesLater(1)).to.deep.equal([4])
    expect(await minutesLater(60)).to.deep.equal([4])
    await letter.type('d')
    expect(await minutesLater(1)).to.deep.equal([4])
    expect(await minutesLater(5)).to.deep.equal([5, 4])
  })

  it('is not made of a short letter that is only read, however long', async () => {
    await letter.type('a')
    for (let visit = 0; visit < 4; visit++) expect(await minutesLater(3)).to.deep.equal([])
  })

  it('is made of a long letter that nobody made one of, when a node first sees it, and by one node only', async () => {
    for (let n = 0; n < 210; n++) await letter.type('x')
    expect(await minutesLater(0)).to.deep.equal([211])
    const other = world.another()
    await letter.on(other).shown()
    await snapshots.close()
    snapshots = nodeOf(other)
    await letter.type('y')
    expect(await minutesLater(1)).to.deep.equal([211])
  })
})
