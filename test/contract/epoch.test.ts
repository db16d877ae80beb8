import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { CollabError } from '../../ot/errors.ts'
import type { OpRecord } from '../../ot/logged-op.ts'
import { EpochWatch, readEpoch, renewEpoch } from '../../server/store/epoch.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { until } from '../harness/deadline.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

function op(version: number): OpRecord {
  const body = `{"op":[${version}]}`
  return { version, body, source: 'tab', seq: version, author: null, origin: null, time: version, meta: null }
}

/** The code of the error a promise rejects with. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    if (error instanceof CollabError) return error.code
    throw error
  }
}

for (const [engine, open] of Object.entries(DATABASES)) {
  describe(`epochs on ${engine}`, () => {
    let database: OpenDatabase
    let log: OpLog
    let document: number
    let id: string

    before(async function () {
      this.timeout(60_000)
      database = await open()
    })
    after(() => database.close())
    beforeEach(async () => {
      log = new OpLog(database.db, await readEpoch(database.db))
      id = randomUUID()
      document = await log.name('letters', id)
      await log.append([{ document, expected: 0, ops: [op(1), op(2)], meta: null }])
    })

    it('[D8] a database has one from its schema on, and keeps it until it is taken back', async () => {
      const epoch = await readEpoch(database.db)
      expect(epoch).to.match(/^[0-9a-f-]{36}$/)
      expect(await readEpoch(database.db)).to.equal(epoch)
      const renewed = await renewEpoch(database.db)
      expect(renewed).to.match(/^[0-9a-f-]{36}$/)
      expect(renewed).to.not.equal(epoch)
      expect(await readEpoch(database.db)).to.equal(renewed)
    })

    it('[S9] a log of another epoch takes nothing, though it is at the right version', async () => {
      await renewEpoch(database.db)
      const chunk = { document, expected: 2, ops: [op(3)], meta: null }
      expect(await codeOf(log.append([chunk]))).to.equal('server/restored')
      await log.saveSnapshot(document, { version: 2, type: 'x', data: 'of another history' })
      const now = new OpLog(database.db, await readEpoch(database.db))
      expect(await now.find('letters', id)).to.deep.include({ version: 2, snapshot: null })
      expect(await now.append([chunk])).to.deep.equal(new Set([document]))
    })

    it('[S9] a log of another epoch shows nothing', async () => {
      expect(await log.read(document, 0, null)).to.have.length(2)
      await renewEpoch(database.db)
      expect(await log.read(document, 0, null)).to.deep.equal([])
      for (const read of [
        log.find('letters', id),
        log.read(document, 0, 2),
        log.readPiece(document, 0, 2, 1_000),
        log.readMany([{ document, after: 0, to: 2 }]),
        log.heads([document]),
      ]) {
        expect(await codeOf(read)).to.equal('server/restored')
      }
      const now = new OpLog(database.db, await readEpoch(database.db))
      expect(await now.read(document, 0, 2)).to.have.length(2)
      expect(await new OpLog(database.db).read(document, 0, 2), 'whichever there is').to.have.length(2)
    })

    it('[S9] a node hears of it within a second, or when it asks, and once', async () => {
      let ends = 0
      const watch = new EpochWatch(database.db, await readEpoch(database.db), () => ends++)
      await watch.look()
      expect(ends).to.equal(0)
      await renewEpoch(database.db)
      await Promise.all([watch.look(), watch.look(), watch.look()])
      await watch.look()
      expect(ends).to.equal(1)

      const other = new EpochWatch(database.db, await readEpoch(database.db), () => ends++)
      await renewEpoch(database.db)
      await until('the watch to see it by itself', () => ends === 2, { ms: 2_000 })
      other.close()
    })
  })
}
