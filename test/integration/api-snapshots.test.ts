import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { S3Bucket } from '../../server/config.ts'
import type { LetterDocuments } from '../../server/doc/letters.ts'
import { type ObjectStore, sqlObjectStore } from '../../server/store/object-store.ts'
import { openKeys, openObjects } from '../../server/time.ts'
import { until } from '../harness/deadline.ts'
import { freshBucket } from '../harness/s3-server.ts'
import { type House, openHouse, person } from './api-house.ts'

const PLACES: Readonly<Record<string, () => Promise<S3Bucket | null>>> = {
  'the database': async () => null,
  S3: freshBucket,
}

/** What becomes of a sealed snapshot, or of its place; `other` is one of another letter. */
const SPOILT: Readonly<Record<string, (bytes: Buffer, other: Buffer) => Buffer | null>> = {
  'was changed': (bytes) =>
    Buffer.concat([bytes.subarray(0, 30), Buffer.of(bytes[30]! ^ 1), bytes.subarray(31)]),
  'was cut off': (bytes) => bytes.subarray(0, -1),
  'is gone': () => null,
  'is another’s': (_, other) => other,
}

for (const [place, bucket] of Object.entries(PLACES)) {
  describe(`[T1] snapshots of letters in ${place}`, function () {
    this.timeout(90_000)
    let house: House
    let objects: ObjectStore
    let documents: LetterDocuments
    const ada = person('Ada')

    before(async () => {
      const s3 = await bucket()
      house = await openHouse({
        s3,
        around: (inner) => {
          documents = inner
          return inner
        },
      })
      const config = { snapshotKeys: [], s3 }
      objects = openObjects(house.db, config, await openKeys(house.db, config))
    })
    after(() => house.close())

    /** A letter that says how many ops made it. */
    async function letterOf(count: number): Promise<string> {
      const { body } = await house.ask('POST', '/v1/docs', {
        as: ada.token,
        body: { title: 'Long', type: 'letter' },
      })
      await write(body.id, count)
      return body.id
    }

    async function write(id: string, count: number): Promise<void> {
      const source = randomUUID()
      const submissions = Array.from({ length: count }, (_, n) => ({
        ...{
          change: { op: [{ insert: 'x' }] },
          base: null,
          source,
          seq: n + 1,
          author: ada.id,
          origin: null,
        },
      }))
      await Promise.all(
        submissions.map((submission) => documents.submit({ collection: 'letters', id }, submission)),
      )
    }

    async function name(id: string, version: number): Promise<void> {
      const body = { name: 'Kept', version }
      await house.ask('POST', `/v1/docs/${id}/snapshots`, { as: ada.token, body })
      await snapshotOf(id, version)
    }

    const snapshotsOf = (id: string) =>
      house.db.query<{ version: number; object: string }>(
        'select version, object from sealed_snapshots where letter = $1::uuid order by version',
        [id],
      )
    const snapshotOf = (id: string, version: number) =>
      until(`a snapshot of version ${version}`, async () =>
        (await snapshotsOf(id)).find((snapshot) => snapshot.version === version),
      )

    async function lengthAt(id: string, version: number): Promise<number> {
      const { body } = await house.ask('GET', `/v1/docs/${id}?version=${version}`, { as: ada.token })
      const { content } = body as unknown as { content: { ops: { insert: string }[] } }
      return content.ops.reduce((sum, { insert }) => sum + insert.length, 0)
    }

    async function blameAt(id: string, version: number): Promise<string> {
      return (await house.ask('GET', `/v1/docs/${id}/blame?version=${version}`, { as: ada.token })).text
    }

    it('are made every 200 ops, of a version that gets a name, and around a rollback', async () => {
      const id = await letterOf(10)
      await name(id, 7)
      await write(id, 250)
      await until('a snapshot of 200 ops', async () =>
        (await snapshotsOf(id)).find(({ version }) => version >= 201),
      )
      const head = 261
      const { body } = await house.ask('POST', `/v1/docs/${id}/rollback`, {
        as: ada.token,
        body: { toVersion: 5, reason: 'A test' },
      })
      expect(body.version).to.equal(head + 1)
      await snapshotOf(id, head)
      await snapshotOf(id, head + 1)
    })

    it('answer what a replay answers, also from in between', async () => {
      const id = await letterOf(60)
      const [before, blame] = [await lengthAt(id, 50), await blameAt(id, 50)]
      await name(id, 40)
      expect(await lengthAt(id, 50)).to.equal(before)
      expect(await blameAt(id, 50)).to.equal(blame)
      // From the snapshot it is: the ops before it are not asked for.
      await house.db.query(
        'delete from ops where document = (select number from documents where id = $1) and version < 40',
        [id],
      )
      expect(await lengthAt(id, 50)).to.equal(before)
      expect(await blameAt(id, 50)).to.equal(blame)
    })

    for (const [what, spoil] of Object.entries(SPOILT)) {
      it(`that ${what} is an alarm and a longer replay, and never a wrong letter`, async () => {
        const [id, other] = [await letterOf(60), await letterOf(20)]
        await name(id, 20)
        await name(id, 40)
        await name(other, 20)
        const [{ object }, another] = [await snapshotOf(id, 40), await snapshotOf(other, 20)]
        const bytesOf = async (name: string) => Buffer.from((await objects.get(name))!)
        const spoilt = spoil(await bytesOf(object), await bytesOf(another.object))
        await (spoilt === null ? objects.delete(object) : objects.put(object, spoilt))
        const alarms = () =>
          house.log.filter((line) => line.includes('a snapshot is not there') && line.includes(id))
        expect(alarms()).to.have.length(0)
        expect(await lengthAt(id, 50)).to.equal(50)
        expect(alarms()).to.have.length(1)
        expect(alarms()[0]).to.include('"version":40').and.include('"level":50')
      })
    }

    it('are where they belong', async () => {
      const id = await letterOf(10)
      await name(id, 5)
      const { object } = await snapshotOf(id, 5)
      const inDatabase = (await sqlObjectStore(house.db).get(object)) !== null
      expect(inDatabase).to.equal(place === 'the database')
      expect(await objects.get(object)).to.not.equal(null)
    })
  })
}
