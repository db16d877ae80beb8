import { randomBytes, randomUUID } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import { expect } from 'chai'
import type { S3Bucket } from '../../server/config.ts'
import { movedObjectStore, type ObjectStore, sqlObjectStore } from '../../server/store/object-store.ts'
import { s3ObjectStore } from '../../server/store/s3-object-store.ts'
import { KeyRing, SealError } from '../../server/store/seal.ts'
import { SealedSnapshots, type SnapshotMark } from '../../server/store/sealed-snapshots.ts'
import { freePort } from '../harness/free-port.ts'
import { freshBucket } from '../harness/s3-server.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

interface Place extends OpenDatabase {
  /** The objects there, for those who have these keys. */
  readonly objects: (keys: KeyRing) => ObjectStore
}

const inDatabase = (engine: string) => async (): Promise<Place> => {
  const opened = await DATABASES[engine]!()
  return { ...opened, objects: () => sqlObjectStore(opened.db) }
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  PGlite: inDatabase('PGlite'),
  Postgres: inDatabase('Postgres'),
  async S3() {
    const [opened, bucket] = [await DATABASES.Postgres!(), await freshBucket()]
    return {
      ...opened,
      objects: (keys) =>
        s3ObjectStore(bucket, (name) => keys.keyForStore(name.slice(name.lastIndexOf('/') + 1))),
    }
  },
}

const FIRM = randomUUID()
const EPOCH = randomUUID()
const OLD = ['old', randomBytes(32)] as const
const NEW = ['new', randomBytes(32)] as const

for (const [place, open] of Object.entries(PLACES)) {
  describe(`objects in ${place}`, function () {
    this.timeout(90_000)
    let opened: Place
    let objects: ObjectStore

    before(async () => {
      opened = await open()
      objects = opened.objects(new KeyRing([OLD]))
    })
    after(() => opened.close())

    it('are what was put, byte for byte, until something else is', async () => {
      const name = `${randomUUID()}/old`
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
      const name = `${randomUUID()}/old`
      expect(await objects.get(name)).to.equal(null)
      await objects.put(name, Buffer.of(1))
      await objects.delete(name)
      await objects.delete(name)
      expect(await objects.get(name)).to.equal(null)
    })
  })

  describe(`sealed snapshots in ${place}`, function () {
    this.timeout(90_000)
    let opened: Place
    let letter: string

    before(async () => {
      opened = await open()
    })
    after(() => opened.close())
    beforeEach(() => {
      letter = randomUUID()
    })

    type Keys = (readonly [string, Uint8Array])[]
    const objectsFor = (...keys: Keys) => opened.objects(new KeyRing(keys))
    const shelf = (...keys: Keys) => shelfOn(objectsFor(...keys), ...keys)
    const shelfOn = (objects: ObjectStore, ...keys: Keys) =>
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
      for (const mark of found) expect((await snapshots.open(mark)).equals(text(mark.version))).to.equal(true)
    })

    it('[T1] do not open when they are gone, were changed, or are another’s', async () => {
      const [snapshots, objects] = [shelf(OLD), objectsFor(OLD)]
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
      const objects = objectsFor(OLD)
      const snapshots = shelfOn(
        { ...objects, put: (name, bytes) => objects.put(name, bytes.subarray(1)) },
        OLD,
      )
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
      // One node has been restarted with the new key and one has not; that one makes again what is there, too.
      const written: SnapshotMark[] = []
      const writing = [both, before].map(async (node) => {
        const theirs = randomUUID()
        for (let version = 1; goesOn && version <= 30; version++) {
          await node.keep(text(version), { ...of(version), letter: theirs })
          written.push((await node.upTo(theirs, version, 1))[0]!)
          const at = 1 + (version % versions.length)
          // It has not got the key of what was sealed anew a moment ago.
          await node.keep(text(at), of(at)).catch((error) => expect(error).to.be.instanceOf(SealError))
        }
      })
      // The first attempt ends in the middle.
      let puts = 0
      const objects = objectsFor(NEW, OLD)
      const ending: ObjectStore = {
        ...objects,
        put: (name, bytes) => (++puts > 15 ? Promise.reject(new Error('ended')) : objects.put(name, bytes)),
      }
      const failed: unknown[] = []
      const half = shelfOn(ending, NEW, OLD)
      const first = await half.rotate((_, error) => failed.push(error))
      const second = await both.rotate((_, error) => failed.push(error))
      goesOn = false
      await Promise.all([...reading, ...writing])
      expect(reads).to.be.greaterThan(40)
      expect(written.length).to.be.greaterThan(4)
      expect(first).to.equal(15)
      expect(first + second).to.be.at.least(versions.length)
      // What the old node has written since.
      await both.rotate((_, error) => failed.push(error))
      expect(await both.rotate(() => failed.push('again'))).to.equal(0)
      const after = shelf(NEW)
      const marks = await after.upTo(letter, 100, 100)
      expect(marks.map(({ kid }) => kid)).to.deep.equal(versions.map(() => 'new'))
      for (const { letter: of, version } of [...marks, ...written]) {
        const [mark] = await after.upTo(of, version, 1)
        expect(mark).to.include({ letter: of, version, kid: 'new' })
        expect((await after.open(mark!)).equals(text(version))).to.equal(true)
      }
    })
  })
}

describe('S3 as an object store', function () {
  this.timeout(90_000)
  let bucket: S3Bucket
  const key = randomBytes(32)
  const [name, bytes] = [`${randomUUID()}/key`, Buffer.from('sealed')]

  before(async () => {
    bucket = await freshBucket()
    await s3ObjectStore(bucket, () => key).put(name, bytes)
  })

  const fault = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: Error) => `${error.name}: ${error.message}`,
    )

  it('encrypts: nobody gets an object without its key', async () => {
    const client = new AwsClient({ ...bucket, service: 's3' })
    const plain = await client.fetch(`${bucket.endpoint}/${bucket.bucket}/${name}`)
    expect(plain.status).to.equal(400)
    expect(await plain.text()).to.not.include('sealed')
    const other = s3ObjectStore(bucket, () => randomBytes(32))
    expect(await fault(other.get(name))).to.equal(`S3Error: S3 does not get ${name}: 400 InvalidArgument`)
  })

  it('does not take a bucket that is not there, a wrong secret, or a server that is away for a missing object', async () => {
    for (const [wrong, what] of [
      [{ bucket: 'nothing-here' }, /404 NoSuchBucket/],
      [{ secretAccessKey: 'wrong' }, /403 SignatureDoesNotMatch/],
      [{ endpoint: `http://127.0.0.1:${await freePort()}` }, /fetch failed/],
    ] as const) {
      const store = s3ObjectStore({ ...bucket, ...wrong }, () => key)
      for (const work of [() => store.get(name), () => store.put(name, bytes), () => store.delete(name)]) {
        expect(await fault(work())).to.match(what)
      }
    }
    expect(Buffer.from((await s3ObjectStore(bucket, () => key).get(name))!)).to.deep.equal(bytes)
  })

  it('may take over from the database: what is there is found and deleted, and nothing new is put there', async () => {
    const opened = await DATABASES.Postgres!()
    const [to, from] = [s3ObjectStore(bucket, () => key), sqlObjectStore(opened.db)]
    const moved = movedObjectStore(to, from)
    await from.put('before', bytes)
    expect(Buffer.from((await moved.get('before'))!)).to.deep.equal(bytes)
    await moved.put('after', bytes)
    expect(await from.get('after')).to.equal(null)
    expect(Buffer.from((await moved.get('after'))!)).to.deep.equal(bytes)
    for (const gone of ['before', 'after']) {
      await moved.delete(gone)
      expect(await moved.get(gone)).to.equal(null)
    }
    await opened.close()
  })
})

async function refused(work: () => Promise<unknown>): Promise<void> {
  const error = await work().then(
    () => 'it opened',
    (error: unknown) => error,
  )
  expect(error).to.be.instanceOf(SealError)
}
