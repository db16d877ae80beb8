import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { CollabError } from '../../ot/errors.ts'
import { DbError } from '../../server/store/db.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { Random, SEED } from '../harness/random.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'
import { AUTHOR, chunk } from './op-logs.ts'

for (const [engine, open] of Object.entries(DATABASES)) {
  describe(`the op log on ${engine}`, () => {
    let database: OpenDatabase
    let log: OpLog
    let one: number
    let two: number

    before(async function () {
      this.timeout(60_000)
      database = await open()
      log = new OpLog(database.db)
    })
    after(() => database.close())
    beforeEach(async () => {
      one = await log.name('letters', randomUUID())
      two = await log.name('letters', randomUUID())
    })

    const versions = async (document: number) =>
      (await log.read(document, 0, null)).map(({ version }) => version)

    describe('names documents', () => {
      it('by any text a stock backend may use', async () => {
        for (const id of ['', "'; drop table ops --", '😀', '__proto__', 'x'.repeat(255)]) {
          const document = await log.name('a.b', id)
          expect(await log.numbers('a.b', [id, 'nobody'])).to.deep.equal(new Map([[id, document]]))
        }
      })
    })

    describe('appends', () => {
      it(`[S3] each version once when nodes race for two documents (SEED=${SEED})`, async () => {
        const random = new Random()
        const wins = await Promise.all(
          Array.from({ length: 8 }, async (_, node) => {
            let won = 0
            for (let turn = 0; turn < 12; turn++) {
              const heads = await log.heads([one, two])
              const both = random.chance(0.5) ? [one, two] : [two, one]
              const more = { source: `node ${node}` }
              const chunks = both.map((document) =>
                chunk(document, heads.get(document)!, 1 + random.below(3), more),
              )
              won += (await log.append(chunks)).size
            }
            return won
          }),
        )
        for (const document of [one, two]) {
          const found = await versions(document)
          expect(found).to.deep.equal(found.map((_, index) => index + 1))
          expect((await log.heads([document])).get(document)).to.equal(found.length)
        }
        const total = wins.reduce((sum, won) => sum + won, 0)
        expect(total, 'every node always won: there was no race').to.be.lessThan(8 * 12 * 2)
        expect(total).to.be.greaterThan(0)
      })

      it('[D6] who made the newest op, and when, for the head to say', async () => {
        await log.append([chunk(one, 0, 2)])
        const [head] = await database.db.query('select time, author from heads where document = $1', [one])
        expect(head).to.deep.equal({ time: 2, author: AUTHOR })
      })
    })

    describe('gives back', () => {
      it('the ops between two versions, of one document or of many', async () => {
        await log.append([chunk(one, 0, 5), chunk(two, 0, 3)])
        const between = async (after: number, to: number | null) =>
          (await log.read(one, after, to)).map(({ version }) => version)
        expect(await between(2, 4)).to.deep.equal([3, 4])
        expect(await between(2, null)).to.deep.equal([3, 4, 5])
        expect(await between(5, null)).to.deep.equal([])
        expect(await between(4, 2)).to.deep.equal([])
        const many = await log.readMany([
          { document: one, after: 3, to: null },
          { document: two, after: 0, to: 1 },
        ])
        expect(
          [...many].map(([document, ops]) => [document, ops.map(({ version }) => version)]),
        ).to.deep.equal([
          [one, [4, 5]],
          [two, [1]],
        ])
      })

      for (const [where, missing] of [
        ['first', 3],
        ['middle', 4],
        ['last', 6],
      ] as const) {
        it(`[S9] nothing when the ${where} op asked for is missing: it says which`, async () => {
          await log.append([chunk(one, 0, 6)])
          await database.db.query('delete from ops where document = $1 and version = $2', [one, missing])
          for (const reading of [log.read(one, 2, 6), log.readMany([{ document: one, after: 2, to: 6 }])]) {
            const failure = await reading.then(
              () => null,
              (error: unknown) => error,
            )
            expect(failure).to.be.instanceOf(CollabError)
            expect(failure).to.deep.include({ code: 'document/log-broken', data: { missing } })
          }
        })
      }
    })

    it('finds any one op by index, in a log of thousands', async () => {
      await log.append([chunk(one, 0, 5_000)])
      await database.db.script('analyze ops')
      for (const where of ['version > 4000 and version <= 4010', "source = 'tab' and seq = 4000"]) {
        const plan = await database.db.query(`explain select * from ops where document = ${one} and ${where}`)
        expect(JSON.stringify(plan)).to.match(/Index (Only )?Scan/)
      }
    })

    it('says that a statement it cannot run had no effect', async () => {
      const failure = await database.db.query('select * from nowhere').catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(DbError)
      expect(failure).to.include({ kind: 'refused', sqlState: '42P01' })
    })
  })
}
