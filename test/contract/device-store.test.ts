import { appendFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import * as indexedDb from 'fake-indexeddb'
import type { DeviceError, DeviceStore, Entry } from '../../client/sync/device-store.ts'
import { IndexedDbStore } from '../../client/sync/indexeddb-store.ts'
import { MemoryStore } from '../../client/sync/memory-store.ts'
import { within } from '../harness/deadline.ts'
import { FileStore } from '../harness/file-store.ts'
import { scratchFolder } from '../harness/scratch.ts'

interface Kind {
  /** The device: each call of what it answers opens it as a new page would. */
  prepare(): () => DeviceStore
  /** Makes every write fail, if that can be done. */
  breakIt?(store: DeviceStore): void
  forgetsWithThePage?: true
}

const kinds: Record<string, Kind> = {
  'in memory': { prepare: () => () => new MemoryStore(), forgetsWithThePage: true },
  'in a file': {
    prepare() {
      const path = join(scratchFolder('device'), 'device')
      return () => new FileStore(path)
    },
    breakIt: (store) =>
      (store as FileStore).failWith(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
  },
  'in IndexedDB': {
    prepare() {
      globalThis.indexedDB = new indexedDb.IDBFactory() as object
      return () => new IndexedDbStore()
    },
    breakIt() {
      indexedDb.IDBObjectStore.prototype.put = () => {
        throw new DOMException('no space left', 'QuotaExceededError')
      }
    },
  },
}

for (const [kind, { prepare, breakIt, forgetsWithThePage }] of Object.entries(kinds)) {
  describe(`what a device keeps ${kind}`, () => {
    let open: () => DeviceStore
    let store: DeviceStore
    const realPut = indexedDb.IDBObjectStore.prototype.put

    before(() => {
      Object.assign(globalThis, indexedDb)
    })
    beforeEach(() => {
      open = prepare()
      store = open()
    })
    afterEach(async () => {
      indexedDb.IDBObjectStore.prototype.put = realPut
      await store.close()
    })
    after(() => {
      for (const name of ['indexedDB', ...Object.keys(indexedDb)]) Reflect.deleteProperty(globalThis, name)
    })

    const SOME: readonly Entry[] = [
      ['a/2', { text: 'zwei' }],
      ['b/1', [1, null, 'é\u2028']],
      ['a/1', 'eins'],
      ['ab', 0],
    ]

    it('takes a batch at whatever moment after the one before', async () => {
      for (let ticks = 0; ticks < 12; ticks++) {
        await store.write({ put: [['a', ticks]] })
        for (let tick = 0; tick < ticks; tick++) await null
        await within(5_000, `the batch ${ticks} ticks later`, store.write({ put: [['b', ticks]] }))
      }
      expect(await store.read('')).to.deep.equal([
        ['a', 11],
        ['b', 11],
      ])
    })

    it('answers what was put, by the beginning of its key, in the order of keys', async () => {
      await store.write({ put: SOME })
      expect(await store.read('a/')).to.deep.equal([SOME[2], SOME[0]])
      expect(await store.keys('')).to.deep.equal(['a/1', 'a/2', 'ab', 'b/1'])
      expect(await store.read('c')).to.deep.equal([])
    })

    it('replaces the value of a key, and lends none of its own', async () => {
      const value = { list: [1] }
      await store.write({ put: [['a', 'old']] })
      await store.write({ put: [['a', value]] })
      value.list.push(2)
      const [[, read]] = (await store.read('a')) as [[string, typeof value]]
      read.list.push(3)
      expect(await store.read('a')).to.deep.equal([['a', { list: [1] }]])
    })

    it('takes out what a batch removes before it puts in what it puts', async () => {
      await store.write({ put: SOME })
      await store.write({ remove: ['a/', 'b'], put: [['a/3', 3]] })
      expect(await store.keys('')).to.deep.equal(['a/3', 'ab'])
    })

    it('lands batches in the order they were given', async () => {
      const writes = Array.from({ length: 20 }, (_, i) => store.write({ put: [['a', i]] }))
      await Promise.all(writes)
      expect(await store.read('a')).to.deep.equal([['a', 19]])
    })

    if (!forgetsWithThePage) {
      it('[D5] has it still for the page that comes next', async () => {
        await store.write({ put: SOME })
        await store.write({ remove: ['b/'] })
        await store.close()
        store = open()
        expect(await store.keys('')).to.deep.equal(['a/1', 'a/2', 'ab'])
      })
    }

    if (breakIt) {
      it('[C4] says what is wrong when there is no room, changes nothing, and goes on when there is some', async () => {
        await store.write({ put: [['a', 1]] })
        breakIt(store)
        const error = await store.write({ remove: ['a'], put: [['b', 2]] }).then(
          () => null,
          (error: DeviceError) => error,
        )
        expect(error).to.include({ name: 'DeviceError', fault: 'full' })
        expect(await store.read('')).to.deep.equal([['a', 1]])
        indexedDb.IDBObjectStore.prototype.put = realPut
        if (store instanceof FileStore) store.failWith(null)
        await store.write({ put: [['c', 3]] })
        expect(await store.keys('')).to.deep.equal(['a', 'c'])
      })
    }
  })
}

describe('what a device keeps in IndexedDB', () => {
  before(() => {
    Object.assign(globalThis, indexedDb, { indexedDB: new indexedDb.IDBFactory() })
  })
  after(() => {
    for (const name of ['indexedDB', ...Object.keys(indexedDb)]) Reflect.deleteProperty(globalThis, name)
  })

  it('[C1] is committed without the page, which may be gone before it hears of a request', async () => {
    const { prototype } = indexedDb.IDBObjectStore
    const { put } = prototype
    const store = new IndexedDbStore()
    let isTooLate = false
    try {
      prototype.put = function (this: typeof prototype, ...args: Parameters<typeof put>) {
        const request = put.apply(this, args)
        request.addEventListener('success', () => {
          try {
            this.get('a')
          } catch (error) {
            isTooLate = (error as Error).name === 'TransactionInactiveError'
          }
        })
        return request
      }
      await store.write({ put: [['a', 1]] })
    } finally {
      prototype.put = put
      await store.close()
    }
    expect(isTooLate, 'the transaction is past taking requests').to.equal(true)
  })
})

describe('what a device keeps in a file', () => {
  it('does without a batch that was cut off in the middle, and goes on after it', async () => {
    const path = join(scratchFolder('device'), 'device')
    const first = new FileStore(path)
    await first.write({ put: [['a', 1]] })
    await first.write({ put: [['b', 'two words']] })
    await first.close()
    truncateSync(path, statSync(path).size - 5)
    const second = new FileStore(path)
    expect(await second.keys('')).to.deep.equal(['a'])
    await second.write({ put: [['c', 3]] })
    await second.close()
    appendFileSync(path, '{"put":[["d"')
    const third = new FileStore(path)
    expect(await third.keys('')).to.deep.equal(['a', 'c'])
    await third.close()
  })

  it('is written anew when most of it is past', async () => {
    const path = join(scratchFolder('device'), 'device')
    const store = new FileStore(path)
    for (let i = 0; i < 40; i++) await store.write({ put: [['a', `${i} ${'x'.repeat(50_000)}`]] })
    await store.close()
    expect(statSync(path).size).to.be.lessThan(1_200_000)
    const again = new FileStore(path)
    expect(String((await again.read('a'))[0][1])).to.match(/^39 /)
    await again.close()
  })
})
