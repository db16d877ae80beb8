import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { CollabError } from '../../ot/errors.ts'
import type { OpRecord } from '../../ot/logged-op.ts'
import type { NodeLog } from '../../scripts/sim/log-link.ts'
import { type Chunk, isResend } from '../../server/store/op-log.ts'

/** What an op log owes the documents and the committer, whatever keeps it. */

export const AUTHOR = randomUUID()

export function op(version: number, more: Partial<OpRecord> = {}): OpRecord {
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
export function chunk(document: number, expected: number, count = 1, more: Partial<OpRecord> = {}): Chunk {
  const ops = Array.from({ length: count }, (_, index) => op(expected + 1 + index, more))
  return { document, expected, ops, meta: null }
}

export function describeOpLog(
  name: string,
  open: () => Promise<{ log: NodeLog; close(): Promise<void> }>,
): void {
  describe(`an op log: ${name}`, () => {
    let log: NodeLog
    let close: () => Promise<void>
    let one: number
    let two: number

    before(async function () {
      this.timeout(60_000)
      ;({ log, close } = await open())
    })
    after(() => close())
    beforeEach(async () => {
      one = await log.name('letters', randomUUID())
      two = await log.name('letters', randomUUID())
    })

    const versions = async (document: number) =>
      (await log.read(document, 0, null)).map(({ version }) => version)
    const heads = async (...documents: number[]) => {
      const moved = await log.movedHeads(documents.map((document) => ({ document, version: -1 })))
      return documents.map((document) => moved.get(document))
    }

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

      it('and knows the number of one that has one', async () => {
        const id = randomUUID()
        expect(await log.number('letters', id)).to.equal(null)
        const document = await log.name('letters', id)
        expect(await log.number('letters', id)).to.equal(document)
        expect(await log.number('comments', id)).to.equal(null)
      })
    })

    describe('appends', () => {
      it('[S3] the ops of many documents at once, and many of each, and moves their heads', async () => {
        const won = await log.append([chunk(two, 0, 3), chunk(one, 0, 2)])
        expect(won).to.deep.equal(new Set([one, two]))
        expect(await heads(one, two)).to.deep.equal([2, 3])
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

      it('[S4] an op that is there already fails the batch, and nothing of it lands', async () => {
        await log.append([chunk(one, 0, 2)])
        const resend = { ...chunk(one, 2), ops: [op(3, { source: 'tab', seq: 1 })] }
        const failure = await log.append([chunk(two, 0), resend]).catch((error: unknown) => error)
        expect(isResend(failure)).to.equal(true)
        expect(await heads(one, two)).to.deep.equal([2, 0])
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

      it('[S4] an op that is there twice in one chunk fails the batch', async () => {
        const twice = { ...chunk(one, 0, 2), ops: [op(1, { seq: 1 }), op(2, { seq: 1 })] }
        const failure = await log.append([twice, chunk(two, 0)]).catch((error: unknown) => error)
        expect(isResend(failure)).to.equal(true)
        expect(await heads(one, two)).to.deep.equal([0, 0])
      })

      it('[S4] an op that is there already, in a chunk that has lost its race, fails nothing', async () => {
        await log.append([chunk(one, 0, 2)])
        const late = { ...chunk(one, 1), ops: [op(2, { source: 'tab', seq: 1 })] }
        expect(await log.append([late, chunk(two, 0)])).to.deep.equal(new Set([two]))
      })

      it('and the head has the time of the newest op, and the metadata that came last', async () => {
        const id = randomUUID()
        const document = await log.name('letters', id)
        await log.append([{ ...chunk(document, 0, 2), meta: '{"a":1}' }])
        await log.append([chunk(document, 2)])
        expect(await log.find('letters', id)).to.include({ version: 3, time: 3, meta: '{"a":1}' })
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

      it('[S4] the version an op produced, and the greatest seq of a source', async () => {
        await log.append([chunk(one, 0, 4), chunk(two, 0, 1, { source: 'else', seq: 9 })])
        expect(await log.versionOf(one, 'tab', 3)).to.equal(3)
        expect(await log.versionOf(one, 'tab', 5)).to.equal(null)
        expect(await log.versionOf(two, 'tab', 3)).to.equal(null)
        expect(await log.lastSeq(one, 'tab')).to.equal(4)
        expect(await log.lastSeq(one, 'else')).to.equal(0)
      })

      it('the ops between two versions', async () => {
        await log.append([chunk(one, 0, 5)])
        const between = async (after: number, to: number | null) =>
          (await log.read(one, after, to)).map(({ version }) => version)
        expect(await between(2, 4)).to.deep.equal([3, 4])
        expect(await between(2, null)).to.deep.equal([3, 4, 5])
        expect(await between(5, null)).to.deep.equal([])
        expect(await between(7, null)).to.deep.equal([])
        expect(await between(4, 2)).to.deep.equal([])
      })

      it('as many of them as reach a length, and one at least', async () => {
        await log.append([chunk(one, 0, 5, { body: '{"op":"ééé"}' })])
        const pieces = async (after: number, to: number, maxBytes: number) =>
          (await log.readPiece(one, after, to, maxBytes)).map(({ version }) => version)
        expect(await pieces(0, 5, 1)).to.deep.equal([1])
        expect(await pieces(1, 5, 14)).to.deep.equal([2])
        expect(await pieces(1, 5, 16)).to.deep.equal([2, 3])
        expect(await pieces(1, 3, 1_000)).to.deep.equal([2, 3])
        expect(await pieces(3, 3, 1_000)).to.deep.equal([])
      })

      it('[S9] nothing when it does not hold what was asked for: it says what is missing', async () => {
        await log.append([chunk(one, 0, 3)])
        const failure = await log.read(one, 1, 5).catch((error: unknown) => error)
        expect(failure).to.be.instanceOf(CollabError)
        expect(failure).to.deep.include({ code: 'document/log-broken', data: { missing: 4 } })
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
  })
}
