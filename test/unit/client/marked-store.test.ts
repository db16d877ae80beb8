import { expect } from 'chai'
import { MarkedStore } from '../../../client/sync/marked-store.ts'
import { MemoryStore } from '../../../client/sync/memory-store.ts'

const WORDS = { put: [['outbox/ada/letter/1/base', 'Dear Sir']] } as const
const COPY = { put: [['copy/ada/letter', 'Dear Sir']] } as const

describe('a store with a mark', () => {
  let beneath: MemoryStore
  let isMarked: boolean
  let asked: number
  const beside = {
    isMarked: () => isMarked,
    mark(is: boolean) {
      isMarked = is
    },
    persist: () => void asked++,
  }
  /** As a new page has it. */
  const open = () => new MarkedStore(beneath, beside)

  beforeEach(() => {
    beneath = new MemoryStore()
    isMarked = false
    asked = 0
  })

  it('asks the browser to keep it when the first words of a person are in it, once a page', async () => {
    const store = open()
    await store.write(COPY)
    expect([asked, isMarked]).to.deep.equal([0, false])
    await store.write(WORDS)
    await store.write(WORDS)
    expect([asked, isMarked]).to.deep.equal([1, true])
  })

  it('asks for nothing when the device has not taken them', async () => {
    beneath.write = () => Promise.reject(new Error('no room'))
    await open()
      .write(WORDS)
      .catch(() => undefined)
    expect([asked, isMarked]).to.deep.equal([0, false])
  })

  it('tells the next page, once, that the words kept in it are gone', async () => {
    expect(await open().wasEmptied()).to.equal(false)
    await open().write(WORDS)
    expect(await open().wasEmptied()).to.equal(false)
    beneath = new MemoryStore()
    expect(await open().wasEmptied()).to.equal(true)
    expect(await open().wasEmptied()).to.equal(false)
  })

  it('says nothing of words that were sent and taken out', async () => {
    const store = open()
    await store.write(WORDS)
    await store.write({ remove: ['outbox/'] })
    expect(await open().wasEmptied()).to.equal(false)
  })
})
