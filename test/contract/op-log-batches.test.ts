import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { CollabError } from '../../ot/errors.ts'
import { LoggedOp } from '../../ot/logged-op.ts'
import { GroupCommit, type Writer } from '../../server/store/group-commit.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { PATIENCE_MS, within } from '../harness/deadline.ts'
import { WatchedDb } from '../harness/watched-db.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

/** A document as group commit sees it: it hands ops over and hears what becomes of them. */
class TestWriter implements Writer {
  readonly document: number
  readonly #committer: GroupCommit
  #version = 0
  /** `committed 1 2`, `raced 3`, `resent 3`, `server/unavailable 4`: one entry for each time it was told. */
  readonly told: string[] = []
  #waiting: (() => void)[] = []
  #open = 0

  constructor(document: number, committer: GroupCommit) {
    this.document = document
    this.#committer = committer
  }

  /** Hands over the next `count` ops. */
  write(count = 1, { body = '{"op":[]}', seq = 0 } = {}): void {
    for (let n = 0; n < count; n++) {
      const version = ++this.#version
      this.#open++
      this.#committer.commit(
        this,
        new LoggedOp({
          version,
          body,
          source: 'tab',
          seq: seq || version,
          author: null,
          origin: null,
          time: 0,
          meta: null,
        }),
      )
    }
  }

  /** Resolves when it has heard of everything it handed over. */
  async isTold(): Promise<string[]> {
    if (this.#open > 0) {
      const told = new Promise<void>((resolve) => this.#waiting.push(resolve))
      await within(PATIENCE_MS, 'the outcome', told, () => this.told)
    }
    return this.told
  }

  committed(ops: readonly LoggedOp[]): void {
    this.#hear('committed', ops)
  }

  wentBack(ops: readonly LoggedOp[], reason: 'raced' | 'resent'): void {
    this.#version -= ops.length
    this.#hear(reason, ops)
  }

  failed(ops: readonly LoggedOp[], error: CollabError): void {
    this.#version -= ops.length
    this.#hear(error.code, ops)
  }

  #hear(what: string, ops: readonly LoggedOp[]): void {
    this.told.push(`${what} ${ops.map(({ version }) => version).join(' ')}`)
    this.#open -= ops.length
    if (this.#open === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

for (const [engine, open] of Object.entries(DATABASES)) {
  describe(`group commit on ${engine}`, () => {
    let database: OpenDatabase
    let db: WatchedDb
    let log: OpLog
    let committer: GroupCommit
    let ada: TestWriter
    let ben: TestWriter

    const writer = async () => new TestWriter(await log.name('letters', randomUUID()), committer)
    const stored = async ({ document }: TestWriter) => (await log.read(document, 0, null)).length

    before(async function () {
      this.timeout(60_000)
      database = await open()
    })
    after(() => database.close())
    beforeEach(async () => {
      db = new WatchedDb(database.db)
      log = new OpLog(db)
      committer = new GroupCommit(log)
      ada = await writer()
      ben = await writer()
    })
    afterEach(() => committer.close())

    it('[S3] an op that finds nobody waiting leaves at once, alone', async () => {
      for (let n = 1; n <= 3; n++) {
        ada.write()
        await ada.isTold()
      }
      expect(db.appends).to.equal(3)
      expect(ada.told).to.deep.equal(['committed 1', 'committed 2', 'committed 3'])
    })

    it('[S3] what comes while a transaction is in flight gathers, and leaves together when it ends', async () => {
      const letGo = db.hold()
      ada.write()
      await db.isHolding()
      ada.write(3)
      ben.write(2)
      letGo()
      await Promise.all([ada.isTold(), ben.isTold()])
      expect(db.appends).to.equal(2)
      expect(ada.told).to.deep.equal(['committed 1', 'committed 2 3 4'])
      expect(ben.told).to.deep.equal(['committed 1 2'])
    })

    it('[S3] a batch holds so many ops and no more; the order of a document is kept across batches', async () => {
      committer = new GroupCommit(log, { maxOps: 10 })
      ada = await writer()
      ben = await writer()
      const letGo = db.hold()
      ada.write()
      await db.isHolding()
      ada.write(14)
      ben.write(4)
      letGo()
      await Promise.all([ada.isTold(), ben.isTold()])
      expect(db.appends).to.equal(3)
      expect(ada.told).to.deep.equal([
        'committed 1',
        'committed 2 3 4 5 6 7 8 9 10 11',
        'committed 12 13 14 15',
      ])
      expect(ben.told).to.deep.equal(['committed 1 2 3 4'])
    })

    it('[S3] a batch holds so many bytes and no more, but at least one op', async () => {
      committer = new GroupCommit(log, { maxBytes: 1_000 })
      ada = await writer()
      const letGo = db.hold()
      ada.write()
      await db.isHolding()
      ada.write(3, { body: JSON.stringify({ op: 'x'.repeat(5_000) }) })
      letGo()
      await ada.isTold()
      expect(ada.told).to.deep.equal(['committed 1', 'committed 2', 'committed 3', 'committed 4'])
    })

    it('[S3] holds the first op of a batch back for company when it is told to', async () => {
      committer = new GroupCommit(log, { gatherMs: 5 })
      ada = await writer()
      ada.write()
      ada.write()
      await ada.isTold()
      expect(ada.told).to.deep.equal(['committed 1 2'])
    })

    it('[S3] a document that lost its race goes back with all that was gathered behind it; others land', async () => {
      const letGo = db.hold()
      ada.write(1)
      await db.isHolding()
      ada.write(2)
      ben.write(2)
      const faster = new TestWriter(ada.document, new GroupCommit(new OpLog(database.db)))
      faster.write(1, { seq: 100 })
      await faster.isTold()
      letGo()
      await Promise.all([ada.isTold(), ben.isTold()])
      expect(ada.told).to.deep.equal(['raced 1 2 3'])
      expect(ben.told).to.deep.equal(['committed 1 2'])
      expect(await stored(ada)).to.equal(1)
    })

    it('[S4] an op that is in the log already stops its own document only', async () => {
      ada.write(1, { seq: 7 })
      await ada.isTold()
      const letGo = db.hold()
      const carol = await writer()
      carol.write()
      await db.isHolding()
      ben.write(2)
      ada.write(1, { seq: 7 })
      ada.write(1)
      letGo()
      await Promise.all([ada.isTold(), ben.isTold(), carol.isTold()])
      expect(ada.told).to.deep.equal(['committed 1', 'resent 2 3'])
      expect(ben.told).to.deep.equal(['committed 1 2'])
      expect(await stored(ada)).to.equal(1)
    })

    it('[S3] an op the database cannot hold stops its own document only', async () => {
      const letGo = db.hold()
      const carol = await writer()
      carol.write()
      await db.isHolding()
      ada.write(1, { body: '{"op":"\u0000"}' }) // as it is, not escaped: no JSON of ours holds it
      ben.write(2)
      letGo()
      await Promise.all([ada.isTold(), ben.isTold()])
      expect(ada.told).to.deep.equal(['server/unavailable 1'])
      expect(ben.told).to.deep.equal(['committed 1 2'])
    })

    for (const mishap of ['refused', 'unreachable', 'cut before'] as const) {
      it(`[S8] an append that is ${mishap} fails with what was gathered behind it, and the next one works`, async () => {
        db.breaks(mishap)
        const letGo = db.hold()
        ada.write(2)
        await db.isHolding()
        ada.write(1)
        ben.write(1)
        letGo()
        await Promise.all([ada.isTold(), ben.isTold()])
        expect(ada.told).to.deep.equal(['server/unavailable 1 2 3'])
        expect(ben.told).to.deep.equal(['committed 1'])
        expect(await stored(ada)).to.equal(0)
        ada.write()
        await ada.isTold()
        expect(await stored(ada)).to.equal(1)
      })
    }

    it('[S1] nobody is told of an op before the database has synced it', async () => {
      const letGo = db.holdSync()
      ada.write()
      await db.isHolding()
      expect(await stored(ada)).to.equal(1)
      expect(ada.told).to.deep.equal([])
      letGo()
      expect(await ada.isTold()).to.deep.equal(['committed 1'])
    })

    it('[S8] an op that could not be synced is not told of as durable', async () => {
      const letGo = db.holdSync()
      ada.write()
      await db.isHolding()
      letGo(new Error('the disk is gone'))
      expect(await ada.isTold()).to.deep.equal(['server/unavailable 1'])
    })

    it('[S6] an append whose answer was lost is read back before anyone is told', async () => {
      db.breaks('cut after')
      const letGo = db.hold()
      ada.write()
      await db.isHolding()
      ada.write(2)
      ben.write(1)
      letGo()
      await Promise.all([ada.isTold(), ben.isTold()])
      expect(ada.told).to.deep.equal(['committed 1', 'committed 2 3'])
      expect(ben.told).to.deep.equal(['committed 1'])
      expect(await stored(ada)).to.equal(3)
    })

    it('[S6] a lost answer to a lost race is a failure: nothing of it is in the log', async () => {
      const faster = new TestWriter(ada.document, new GroupCommit(new OpLog(database.db)))
      faster.write(1, { seq: 100 })
      await faster.isTold()
      db.breaks('cut after')
      ada.write(2)
      expect(await ada.isTold()).to.deep.equal(['server/unavailable 1 2'])
      expect(await stored(ada)).to.equal(1)
    })

    it('[S6] an op that another node has stored as the last of its own is not taken for all of ours', async () => {
      const faster = new TestWriter(ada.document, new GroupCommit(new OpLog(database.db)))
      faster.write(1, { seq: 100 })
      faster.write(1, { seq: 2 })
      await faster.isTold()
      const letGo = db.hold()
      db.breaks('cut after', 'cut after')
      ben.write()
      await db.isHolding()
      ada.write(2) // seqs 1 and 2: the second is in the log, at the version it has here
      letGo()
      expect(await ada.isTold()).to.deep.equal(['server/unavailable 1 2'])
    })

    it('[S6] nor is an op that another node has stored in other words', async () => {
      const faster = new TestWriter(ada.document, new GroupCommit(new OpLog(database.db)))
      faster.write(1, { seq: 1, body: '{"op":"transformed otherwise"}' })
      await faster.isTold()
      db.breaks('cut after')
      ada.write(1, { seq: 1 })
      expect(await ada.isTold()).to.deep.equal(['server/unavailable 1'])
    })

    it('close() flushes what has gathered, and takes nothing more', async () => {
      const letGo = db.hold()
      ada.write()
      await db.isHolding()
      ada.write(2)
      ben.write(2)
      const closing = committer.close()
      expect(() => ben.write())
        .to.throw()
        .with.property('code', 'server/closing')
      letGo()
      await closing
      expect([...ada.told, ...ben.told]).to.deep.equal(['committed 1', 'committed 2 3', 'committed 1 2'])
      await committer.close()
    })
  })
}
