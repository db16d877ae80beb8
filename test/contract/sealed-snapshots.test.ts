import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { type ObjectStore, sqlObjectStore } from '../../server/store/object-store.ts'
import { KeyRing, SealError } from '../../server/store/seal.ts'
import { SealedSnapshots, type SnapshotMark } from '../../server/store/sealed-snapshots.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

/** Each makes a store, beside a database or in it. */
const STORES: Readonly<Record<string, (opened: OpenDatabase) => ObjectStore>> = {
  'the database': ({ db }) => sqlObjectStore(db),
}

const FIRM = randomUUID()
const EPOCH = randomUUID()
const OLD = ['old', randomBytes(32)] as const
const NEW = ['new', randomBytes(32)] as const

for (const [engine, open] of Object.entries(DATABASES)) {
  for (const [place, storeOf] of Object.entries(STORES)) {
    describe(`objects in ${place} on ${engine}`, function () {
      this.timeout(60_000)
      let opened: OpenDatabase
      let objects: ObjectStore

      before(async () => {
        opened = await open()
        objects = storeOf(opened)
      })
      after(() => opened.close())

      it('are what was put, byte for byte, until something else is', async () => {
        const name = `${randomUUID()}/1`
        for (const bytes of [
          Buffer.from(Array.from({ length: 256 }, (_, n) => n)),
          randomBytes(300_000),
          Buffer.of(),
        ]) {
          await objects.put(name, bytes)
          expect(Buffer.from((await objects.get(name))!).equals(bytes)).to.equal(true)
        }
      })

      it('are null when nobody put them, and when they were deleted, once or twice', async () => {
        const name = `${randomUUID()}/1`
        expect(await objects.get(name)).to.equal(null)
        await objects.put(name, Buffer.of(1))
        await objects.delete(name)
        await objects.delete(name)
        expect(await objects.get(name)).to.equal(null)
      })
    })

    describe(`sealed snapshots in ${place} on ${engine}`, function () {
      this.timeout(60_000)
      let opened: OpenDatabase
      let objects: ObjectStore
      let letter: string

      before(async () => {
        opened = await open()
        objects = storeOf(opened)
      })
      after(() => opened.close())
      beforeEach(() => {
        letter = randomUUID()
      })

      const shelf = (...keys: (readonly [string, Uint8Array])[]) =>
        new SealedSnapshots({ db: opened.db, objects, keys: new KeyRing(keys) })
      const of = (version: number) => ({ firm: FIRM, letter, epoch: EPOCH, version })
      const text = (version: number) => Buffer.from(`the letter at version ${version}`)

      it('[T1] are found newest first, up to a version, and open', async () => {
        const snapshots = shelf(OLD)
        for (const version of [200, 400, 600]) await snapshots.keep(text(version), of(version))
        await snapshots.keep(text(400), of(400))
        const found = await snapshots.upTo(letter, 599, 3)
        expect(found.map(({ version }) => version)).to.deep.equal([400, 200])
        expect(await snapshots.upTo(letter, 199, 3)).to.deep.equal([])
        for (const mark of found)
          expect((await snapshots.open(mark)).equals(text(mark.version))).to.equal(true)
      })

      it('[T1] do not open when they are gone, were changed, or are another’s', async () => {
        const snapshots = shelf(OLD)
        await snapshots.keep(text(1), of(1))
        await snapshots.keep(text(2), of(2))
        const [second, first] = (await snapshots.upTo(letter, 2, 2)) as [SnapshotMark, SnapshotMark]
        await refused(() => snapshots.open({ ...first, object: second.object }))
        await refused(() => snapshots.open({ ...first, letter: randomUUID() }))
        await refused(() => snapshots.open({ ...first, firm: randomUUID() }))
        await refused(() => shelf(NEW).open(first))
        const bytes = Buffer.from((await objects.get(first.object))!)
        bytes[20]! ^= 1
        await objects.put(first.object, bytes)
        await refused(() => snapshots.open(first))
        await objects.delete(first.object)
        await refused(() => snapshots.open(first))
      })

      it('[T1] do not count when the store keeps something else', async () => {
        const spoilt: ObjectStore = { ...objects, put: (name, bytes) => objects.put(name, bytes.subarray(1)) }
        const snapshots = new SealedSnapshots({ db: opened.db, objects: spoilt, keys: new KeyRing([OLD]) })
        await refused(() => snapshots.keep(text(1), of(1)))
        expect(await snapshots.upTo(letter, 1, 1)).to.deep.equal([])
      })

      it('[T1] are sealed anew under load, and none is lost; what was ended goes on where it was', async () => {
        const before = shelf(OLD)
        const versions = Array.from({ length: 40 }, (_, n) => n + 1)
        for (const version of versions) await before.keep(text(version), of(version))
        const both = shelf(NEW, OLD)
        let reads = 0
        let goesOn = true
        const reading = versions.slice(0, 4).map(async (first) => {
          for (let at = first; goesOn; at = (at % versions.length) + 1) {
            const [mark] = await both.upTo(letter, at, 1)
            expect((await both.open(mark!)).equals(text(at)), `version ${at}`).to.equal(true)
            reads++
          }
        })
        // The first attempt ends in the middle.
        let puts = 0
        const ending: ObjectStore = {
          ...objects,
          put: (name, bytes) => (++puts > 15 ? Promise.reject(new Error('ended')) : objects.put(name, bytes)),
        }
        const failed: unknown[] = []
        const half = new SealedSnapshots({ db: opened.db, objects: ending, keys: new KeyRing([NEW, OLD]) })
        const first = await half.rotate((_, error) => failed.push(error))
        const second = await both.rotate((_, error) => failed.push(error))
        goesOn = false
        await Promise.all(reading)
        expect(reads).to.be.greaterThan(40)
        expect(first).to.equal(15)
        expect(first + second).to.be.at.least(versions.length)
        expect(await both.rotate(() => failed.push('again'))).to.equal(0)
        const after = shelf(NEW)
        const marks = await after.upTo(letter, 100, 100)
        expect(marks.map(({ kid }) => kid)).to.deep.equal(versions.map(() => 'new'))
        for (const mark of marks) expect((await after.open(mark)).equals(text(mark.version))).to.equal(true)
      })
    })
  }
}

async function refused(work: () => Promise<unknown>): Promise<void> {
  const error = await work().then(
    () => 'it opened',
    (error: unknown) => error,
  )
  expect(error).to.be.instanceOf(SealError)
}
