import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { CollabError } from '../../ot/errors.ts'
import type { OpRecord } from '../../ot/logged-op.ts'
import { DbError } from '../../server/store/db.ts'
import { type Chunk, isResend, OpLog } from '../../server/store/op-log.ts'
import { Random, SEED } from '../harness/random.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

const AUTHOR = randomUUID()

function op(version: number, more: Partial<OpRecord> = {}): OpRecord {
  return {
    version,
    body: `{"op":[${version}]}`,
    source: 'tab',
    seq: version,
    author: AUTHOR,
    origin: null,
    time: version,
    meta: null,
    ...more,
  }
}

/** Ops that lead from `expected` to the version `count` later. */
function chunk(document: number, expected: number, count = 1, more: Partial<OpRecord> = {}): Chunk {
  const ops = Array.from({ length: count }, (_, index) => op(expected + 1 + index, more))
  return { document, expected, ops, meta: null }
}

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
      it('once, however often and however many at once they are named', async () => {
        const id = randomUUID()
        const numbers = await Promise.all(Array.from({ length: 20 }, () => log.name('letters', id)))
        expect(new Set(numbers).size).to.equal(1)
        expect(await log.name('comments', id)).to.not.equal(numbers[0])
      })

      it('which are at version 0 until their first op', async () => {
        const id = randomUUID()
        expect(await log.find('letters', id)).to.equal(null)
        const document = await log.name('letters', id)
        const nothing = { document, version: 0, time: 0, meta: null, snapshot: null }
        expect(await log.find('letters', id)).to.deep.equal(nothing)
      })

      it('by any text a stock backend may use', async () => {
        for (const id of ['', "'; drop table ops --", '😀', '__proto__', 'x'.repeat(255)]) {
          const document = await log.name('a.b', id)
          expect(await log.numbers('a.b', [id, 'nobody'])).to.deep.equal(new Map([[id, document]]))
        }
      })
    })

    describe('appends', () => {
      it('[S3] the ops of many documents at once, and many of each, and moves their heads', async () => {
        const won = await log.append([chunk(two, 0, 3), chunk(one, 0, 2)])
        expect(won).to.deep.equal(new Set([one, two]))
        expect(await log.heads([one, two, -1])).to.deep.equal(
          new Map([
            [one, 2],
            [two, 3],
          ]),
        )
        expect(await versions(two)).to.deep.equal([1, 2, 3])
      })

      it('[R4] and says which heads are elsewhere than somebody knows', async () => {
        await log.append([chunk(one, 0, 2), chunk(two, 0, 3)])
        const moved = (...known: [number, number][]) =>
          log.movedHeads(known.map(([document, version]) => ({ document, version })))
        expect(await moved([one, 2], [two, 3])).to.deep.equal(new Map())
        expect(await moved([one, 1], [two, 3], [-1, 7])).to.deep.equal(new Map([[one, 2]]))
        expect(await moved([one, 5])).to.deep.equal(new Map([[one, 2]]))
        expect(await moved()).to.deep.equal(new Map())
      })

      it('[S3] nothing of a document that is not where it was believed to be, and all of the others', async () => {
        await log.append([chunk(one, 0, 2)])
        const late = { ...chunk(one, 1, 3), ops: [2, 3, 4].map((v) => op(v, { source: 'other' })) }
        expect(await log.append([late, chunk(two, 0, 2)])).to.deep.equal(new Set([two]))
        expect(await versions(one)).to.deep.equal([1, 2])
        expect(await log.append([chunk(one, 5)])).to.deep.equal(new Set())
        expect(await versions(one)).to.deep.equal([1, 2])
        expect(await versions(two)).to.deep.equal([1, 2])
      })

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

      it('[S4] an op that is there already fails the batch, and nothing of it lands', async () => {
        await log.append([chunk(one, 0, 2)])
        const resend = { ...chunk(one, 2), ops: [op(3, { source: 'tab', seq: 1 })] }
        const failure = await log.append([chunk(two, 0), resend]).catch((error: unknown) => error)
        expect(isResend(failure)).to.equal(true)
        expect(await log.heads([one, two])).to.deep.equal(
          new Map([
            [one, 2],
            [two, 0],
          ]),
        )
      })

      it('[S4] the same source and seq to two documents, and ops without a source, are all new', async () => {
        await log.append([
          chunk(one, 0, 1, { source: 'a', seq: 1 }),
          chunk(two, 0, 1, { source: 'a', seq: 1 }),
        ])
        await log.append([chunk(one, 1, 3, { source: null, seq: null })])
        expect(await versions(one)).to.deep.equal([1, 2, 3, 4])
        expect(await versions(two)).to.deep.equal([1])
      })

      it('[D6] who made the newest op, and when, for the head to say', async () => {
        await log.append([chunk(one, 0, 2)])
        const [head] = await database.db.query('select time, author from heads where document = $1', [one])
        expect(head).to.deep.equal({ time: 2, author: AUTHOR })
      })
    })

    describe('gives back', () => {
      it('[D5] every text exactly as it was', async () => {
        const texts = [
          '{"op":[{"insert":"\\u0000"}]}',
          '{"op":[{"insert":"\\ud800 \\udfff"}]}',
          '{"op":[{"insert":"😀 👩‍👩‍👧 \u2028 \ufeff é e\u0301"}]}',
          '{ "op" : {"b":1,"a":2,"1":3} }',
          '{"op":["\\\\ \\" \' $1 %s --"]}',
          `{"op":[{"insert":"${'long 長 '.repeat(33_000)}"}]}`,
        ]
        const ops = texts.map((body, index) => op(index + 1, { body, meta: body }))
        await log.append([{ document: one, expected: 0, ops, meta: texts[0]! }])
        const found = await log.read(one, 0, texts.length)
        expect(found.map(({ body }) => body)).to.deep.equal(texts)
        expect(found.map(({ meta }) => meta)).to.deep.equal(texts)
      })

      it('[D6] everything else an op is', async () => {
        const whole = op(1, { origin: 'rollback', meta: '{"fixup":[]}', time: Date.now(), seq: 2 ** 52 })
        const bare = op(2, { source: null, seq: null, author: null })
        await log.append([{ document: one, expected: 0, ops: [whole, bare], meta: null }])
        const found = await log.read(one, 0, 2)
        expect(found.map((each) => ({ ...each }))).to.deep.equal([whole, bare])
      })

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

      it('[S4] the version an op produced, and the greatest seq of a source', async () => {
        await log.append([chunk(one, 0, 4), chunk(two, 0, 1, { source: 'else', seq: 9 })])
        expect(await log.versionOf(one, 'tab', 3)).to.equal(3)
        expect(await log.versionOf(one, 'tab', 5)).to.equal(null)
        expect(await log.versionOf(two, 'tab', 3)).to.equal(null)
        expect(await log.lastSeq(one, 'tab')).to.equal(4)
        expect(await log.lastSeq(one, 'else')).to.equal(0)
      })
    })

    it('[T1] keeps the newest copy of a document, whatever the order they come in', async () => {
      const id = randomUUID()
      const document = await log.name('letters', id)
      const data = { ops: [{ insert: '\u0000 \ud800 😀\n' }] }
      await Promise.all(
        [3, 1, 5, 2, 4].map((version) =>
          log.saveSnapshot(document, { version, type: 't', data: { ...data, version } }),
        ),
      )
      const { snapshot } = (await log.find('letters', id))!
      expect(snapshot).to.include({ version: 5, type: 't' })
      expect(JSON.parse(snapshot!.data!)).to.deep.equal({ ...data, version: 5 })
      await log.saveSnapshot(document, { version: 6, type: null, data: undefined })
      expect((await log.find('letters', id))!.snapshot).to.deep.equal({ version: 6, type: null, data: null })
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
