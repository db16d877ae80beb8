/**
 * ShareDB's own suite for database adapters, from its package, run on every database the server offers.
 *
 * Nothing of it is left out. It leaves its tests of queries and projections out by itself when an adapter offers no
 * `getQuery`: one socket opens one letter here, and nobody may ask for letters by what is in them (rule A4).
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { use } from 'chai'
import pg from 'pg'
import sinon from 'sinon'
import sinonChai from 'sinon-chai'
import { systemClock } from '../../server/clock.ts'
import { Documents } from '../../server/doc/documents.ts'
import { MemoryBus } from '../../server/pubsub/memory-bus.ts'
import { GroupCommit } from '../../server/store/group-commit.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { LogDb } from '../../server/sync/log-db.ts'
import { ShareDB } from '../../server/sync/sharedb.ts'
import { typeOf } from '../../server/sync/types.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

const load = createRequire(import.meta.url)
const shareDbSuite = load('sharedb/test/db.js') as (options: {
  create: (done: (error: unknown, db?: object) => void) => void
}) => void
const StockAdapter = load('sharedb-postgres') as new (options: pg.PoolConfig) => object
const STOCK_TABLES = readFileSync(load.resolve('sharedb-postgres/structure.sql'), 'utf8')

describe("ShareDB's own suite", () => {
  before(() => {
    use(sinonChai)
    // It provokes errors on purpose, and ShareDB prints every one of them.
    const silent = () => undefined
    ShareDB.logger.setMethods({ info: silent, warn: silent, error: silent })
  })
  // The suite leaves its spies and clocks for its own set-up file to take away.
  afterEach(() => sinon.restore())

  for (const [engine, open] of Object.entries(DATABASES)) {
    describe(`on our op log, on ${engine}`, () => {
      let database: OpenDatabase

      before(async function () {
        this.timeout(60_000)
        database = await open()
      })
      after(() => database.close())

      shareDbSuite({
        create(done) {
          emptied(database).then((db) => done(null, db), done)
        },
      })
    })
  }

  describe('on the stock adapter sharedb-postgres', () => {
    let database: TestDatabase
    let admin: pg.Pool

    before(async () => {
      database = await freshDatabase()
      admin = new pg.Pool({ connectionString: database.url, max: 1 })
      await admin.query(STOCK_TABLES)
    })
    after(async () => {
      await admin.end()
      await database.drop()
    })

    shareDbSuite({
      create(done) {
        admin.query('delete from ops; delete from snapshots').then(
          () => done(null, new StockAdapter({ connectionString: database.url })),
          (error) => done(error),
        )
      },
    })
  })
})

/** A node that has just started on an empty log. */
async function emptied({ db }: OpenDatabase): Promise<LogDb> {
  await db.script('delete from ops; delete from snapshots; delete from heads; delete from documents')
  const log = new OpLog(db)
  const committer = new GroupCommit(log)
  const bus = new MemoryBus()
  const documents = new Documents({
    log,
    committer,
    clock: systemClock,
    typeOf,
    bus,
    onError: (error) => {
      throw error
    },
  })
  return new LogDb(documents, log, async () => {
    await committer.close()
    await documents.close()
  })
}
