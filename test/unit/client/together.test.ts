import { expect } from 'chai'
import ShareDB from 'sharedb'
import { DeviceError } from '../../../client/sync/device-store.ts'
import { textOf } from '../../../client/sync/draft.ts'
import { MemoryStore } from '../../../client/sync/memory-store.ts'
import { applied } from '../../../client/sync/replica.ts'
import { CLOSE } from '../../../ot/wire.ts'
import { until } from '../../harness/deadline.ts'
import { ShareDbWorld } from './sharedb-world.ts'
import { Tab } from './tab.ts'

const ID = '00000000-0000-4000-8000-000000000001'
const ADA = '00000000-0000-4000-8000-0000000000aa'
const BEN = '00000000-0000-4000-8000-0000000000bb'
/** A tick, in which a tab finds out that it is offline, and whether its host is. */
const TICK_MS = 1_000

describe('tabs of one browser', () => {
  let browser: ShareDbWorld
  let tabs: Tab[]
  let store: HeldStore

  // ShareDB logs what it refuses, with a stack; here refusals are what is tested.
  before(() => ShareDB.logger.setMethods({ info: () => {} }))
  after(() => ShareDB.logger.setMethods({ info: console.info }))

  beforeEach(async () => {
    browser = new ShareDbWorld()
    store = new HeldStore()
    browser.device = { ...browser.device, store }
    await browser.create(ID, 'Dear Sir')
    tabs = []
  })
  afterEach(() => {
    for (const tab of tabs) tab.kill()
  })

  /** A tab that is offline, and knows it. */
  async function away(member = ADA): Promise<Tab> {
    const tab = new Tab(browser, ID, member)
    tabs.push(tab)
    await tab.open()
    tab.offline()
    tab.world.pass(TICK_MS)
    return tab
  }

  const shows = (tab: Tab, text: string) =>
    until(`a tab to show ${text}`, () => tab.text === `${text}\n`, { seen: () => tab.text })
  const server = (text: string) =>
    until(`the server to have ${text}`, async () => (await browser.text(ID)) === `${text}\n`, {
      seen: () => tabs.map(({ view, text }) => ({ view, text })),
    })
  const online = (...those: Tab[]) => {
    for (const tab of those) tab.online()
  }
  /** Two tabs of which the first hosts and the second is its guest. */
  async function pair(): Promise<[Tab, Tab]> {
    const host = await away()
    const guest = await away()
    await host.keep(8, ', A')
    await shows(guest, 'Dear Sir, A')
    return [host, guest]
  }
  /** Lets time pass until it is so. */
  const inTime = (what: string, tab: Tab, isSo: () => boolean) =>
    until(what, () => {
      tab.world.pass(TICK_MS)
      return isSo()
    })

  it('show each other what is written in them without a network, and the server has it once', async () => {
    const [host, guest] = await pair()
    guest.type(11, ', G')
    await shows(host, 'Dear Sir, A, G')
    await guest.reaches('kept', { isWriting: false, unsent: 1, phase: 'offline' })
    host.type(0, 'My ')
    await shows(guest, 'My Dear Sir, A, G')
    expect(guest.view.unsent).to.equal(host.view.unsent)
    online(host, guest)
    await server('My Dear Sir, A, G')
    for (const tab of tabs) await tab.reaches('saved', { phase: 'live', unsent: 0 })
    await shows(guest, 'My Dear Sir, A, G')
    guest.type(0, '1')
    host.type(0, '2')
    await until('both', async () => (await browser.text(ID)).length === 'My Dear Sir, A, G\n'.length + 2)
  })

  it('may write at once, at one place and over each other', async () => {
    const [host, guest] = await pair()
    for (let i = 0; i < 20; i++) {
      host.type(8, `h${i} `)
      guest.type(8, `g${i} `)
      if (i % 5 === 0) guest.session.submit([{ retain: 8, attributes: { bold: true } }])
      if (i % 7 === 0) await new Promise(setImmediate)
    }
    await guest.reaches('kept', { isWriting: false })
    await host.reaches('kept', { isWriting: false })
    expect(host.text).to.equal(guest.text)
    for (let i = 0; i < 20; i++) expect(host.text.split(new RegExp(`[hg]${i} `))).to.have.length(3)
    online(guest, host)
    for (const tab of tabs) await tab.reaches('saved', { phase: 'live', unsent: 0 })
    expect(await browser.text(ID)).to.equal(host.text)
    await shows(guest, host.text.trimEnd())
  })

  it('[C2] one goes on when the other is closed, with what was in it', async () => {
    const [host, guest] = await pair()
    guest.type(11, ', G')
    await guest.reaches('kept', { isWriting: false })
    await host.session.close()
    guest.type(0, 'My ')
    await inTime('it to take over', guest, () => !guest.view.isWriting)
    expect(guest.text).to.equal('My Dear Sir, A, G\n')
    const third = new Tab(browser, ID, ADA, true)
    tabs.push(await third.open('offline'))
    await inTime('the next to see it', third, () => third.text === guest.text)
    third.type(17, '!')
    await shows(guest, 'My Dear Sir, A, G!')
    online(third, guest)
    await server('My Dear Sir, A, G!')
  })

  it('[C2] what was kept before its host was killed, and not told, is there once', async () => {
    const [host, guest] = await pair()
    store.tells = false
    guest.type(11, ', G')
    await until('it to be kept', async () => JSON.stringify(await store.read('outbox/')).includes(', G'))
    expect(guest.view).to.include({ isWriting: true })
    host.kill()
    store.tells = true
    await inTime('it to take over', guest, () => !guest.view.isWriting)
    expect(guest.text).to.equal('Dear Sir, A, G\n')
    online(guest)
    await server('Dear Sir, A, G')
    await guest.reaches('saved', { phase: 'live', unsent: 0 })
  })

  it('[C2] what its host was killed over before it was kept is there once', async () => {
    const [host, guest] = await pair()
    store.isHeld = true
    guest.type(11, ', G')
    await shows(host, 'Dear Sir, A, G')
    host.type(0, 'Lost ')
    host.kill()
    store.release(false)
    await inTime('it to take over', guest, () => !guest.view.isWriting)
    expect(guest.text).to.equal('Dear Sir, A, G\n')
    online(guest)
    await server('Dear Sir, A, G')
  })

  it('are served by the next host, whichever of them it is', async () => {
    const [host, ...guests] = [...(await pair()), await away()]
    const [one, other] = guests
    await inTime('the third to see it', other, () => other.text === 'Dear Sir, A\n')
    store.isHeld = true
    one.type(0, '1')
    other.type(0, '2')
    host.kill()
    store.release(false)
    await until(
      'one to take over',
      () => {
        for (const tab of guests) tab.world.pass(TICK_MS)
        return guests.every(
          ({ view, text }) => !view.isWriting && text.length === one.text.length && text.length === 14,
        )
      },
      { seen: () => guests.map(({ text, view }) => [text, view]) },
    )
    online(...guests)
    await until('all of it', async () => (await browser.text(ID)).length === 14)
    expect([...(await browser.text(ID))].sort().join('')).to.equal([...'12Dear Sir, A\n'].sort().join(''))
  })

  it('say nothing to each other while there is a network, and when it is back', async () => {
    const [one, other] = await pair()
    online(one, other)
    for (const tab of tabs) await tab.reaches('saved', { phase: 'live', unsent: 0 })
    await inTime('them to be by themselves', one, () => !one.session.isGuest && !other.session.isGuest)
    await until('the host to be one no more', () => one.said.includes('over'))
    for (const tab of tabs) tab.said.length = 0
    one.type(0, '1')
    other.type(0, '2')
    await until('both', async () => (await browser.text(ID)).length === 14)
    for (const tab of tabs) tab.world.pass(TICK_MS)
    for (const tab of tabs) await tab.reaches('saved', { phase: 'live', unsent: 0 })
    expect([one.said, other.said]).to.deep.equal([[], []])
  })

  it('go on by themselves when each has edits of its own', async () => {
    const host = await away()
    const other = await away()
    store.isHeld = true
    host.type(8, ', A')
    other.type(0, 'My ')
    store.release()
    await host.reaches('kept', { isWriting: false })
    await other.reaches('kept', { isWriting: false })
    await inTime('one of them to host', host, () => tabs.some(({ said }) => said.includes('hosts')))
    for (const tab of tabs) tab.world.pass(TICK_MS)
    host.type(11, '!')
    await until('that to be told', () => tabs.some(({ said }) => said.at(-1) === 'tells'))
    expect([host.text, other.text]).to.deep.equal(['Dear Sir, A!\n', 'My Dear Sir\n'])
    online(host, other)
    await server('My Dear Sir, A!')
  })

  it('tell nothing to another member', async () => {
    const ben = await away(BEN)
    const [host, guest] = await pair()
    ben.world.pass(TICK_MS)
    host.type(0, '1')
    await until('the guest to see it', () => guest.text.startsWith('1'))
    expect(ben.text).to.equal('Dear Sir\n')
  })

  describe('[C4] on a device that takes nothing any more', () => {
    let host: Tab
    let guest: Tab
    beforeEach(async () => {
      ;[host, guest] = await pair()
      store.fault = new DeviceError('full', null)
      guest.type(11, ', G')
      for (const tab of [host, guest]) await tab.reaches('the fault', { fault: 'full' })
      expect([host.text, guest.text]).to.deep.equal(['Dear Sir, A, G\n', 'Dear Sir, A, G\n'])
      expect(guest.view).to.include({ isWriting: true })
    })

    it('what the host has taken and is not kept is in the guest still, should the host be killed', async () => {
      host.kill()
      store.fault = null
      await inTime('it to take over', guest, () => !guest.view.isWriting)
      online(guest)
      await server('Dear Sir, A, G')
    })

    it('it is sent once the guest knows that it was taken, and there once', async () => {
      host.online()
      await inTime('the host to send it', host, () => host.view.phase === 'live' && host.view.unsent === 0)
      expect(await browser.text(ID)).to.equal('Dear Sir, A, G\n')
      store.fault = null
      online(guest)
      await guest.reaches('saved', { phase: 'live', unsent: 0, isWriting: false })
      await shows(guest, 'Dear Sir, A, G')
      expect(await browser.text(ID)).to.equal('Dear Sir, A, G\n')
    })

    it('it is kept with the next batch that it takes', async () => {
      store.fault = null
      host.world.pass(Number.POSITIVE_INFINITY)
      await guest.reaches('kept', { isWriting: false })
      online(host, guest)
      await server('Dear Sir, A, G')
    })
  })

  it('[C3] a draft can be put back by a guest, and is gone with it', async () => {
    browser.backend.use('submit', (context, next) => {
      const isBad = JSON.stringify(context.op).includes('bad') && refuses
      next(isBad ? new Error('refused by the test') : undefined)
    })
    let refuses = true
    const first = new Tab(browser, ID, ADA)
    tabs.push(first)
    await first.open()
    first.type(8, ' bad')
    await first.reaches('refused', { unsent: 0 })
    first.kill()
    refuses = false
    const [host, guest] = await pair()
    const [draft] = guest.view.drafts
    expect(guest.session.mergeDraft(draft.id).kind).to.equal('taken')
    await shows(host, guest.text.trimEnd())
    await guest.reaches('kept', { isWriting: false })
    expect(await store.keys('draft/')).to.deep.equal([])
    expect(guest.text).to.include(' bad').and.to.include(', A')
  })

  it('a guest that is closed gives its host what it has', async () => {
    const [host, guest] = await pair()
    guest.type(11, ', G')
    guest.type(0, 'My ')
    await guest.session.close()
    await shows(host, 'My Dear Sir, A, G')
    online(host)
    await server('My Dear Sir, A, G')
  })

  describe('[C2] a page that is opened while the one before is put away', () => {
    /** What the editor of the new page makes of what it is told. */
    async function reopened(isOffline: boolean): Promise<{ page: Tab; last: Tab; edited: () => string }> {
      const last = await away()
      await last.keep(8, ', A')
      last.fade()
      const page = new Tab(browser, ID, ADA, isOffline)
      tabs.push(page)
      await page.open(isOffline ? 'offline' : 'live')
      expect(page.text).to.equal('Dear Sir\n')
      let letter = page.session.components()
      page.session.listen({
        loaded: () => {
          letter = page.session.components()
        },
        remoteOp: (op) => {
          letter = applied(letter, op)
        },
        ownOp: (op) => {
          letter = applied(letter, op)
        },
      })
      return { page, last, edited: () => textOf(letter) }
    }

    it('shows what was written there without a network too, goes on with it, and the server has it once', async () => {
      const { page, last, edited } = await reopened(true)
      page.world.pass(TICK_MS)
      expect(page.view.unsent).to.equal(0)
      last.kill()
      await inTime('it to be there', page, () => page.text === 'Dear Sir, A\n')
      expect(edited()).to.equal('Dear Sir, A\n')
      expect(page.view).to.include({ phase: 'offline', unsent: 1 })
      const guest = await away()
      await inTime('another tab to show it', guest, () => guest.text === 'Dear Sir, A\n')
      page.type(11, '!')
      online(page, guest)
      await server('Dear Sir, A!')
      await page.reaches('saved', { phase: 'live', unsent: 0 })
    })

    it('delivers it within a second where there is one', async () => {
      const { page, last, edited } = await reopened(false)
      last.kill()
      page.world.pass(TICK_MS)
      await server('Dear Sir, A')
      await shows(page, 'Dear Sir, A')
      expect(edited()).to.equal('Dear Sir, A\n')
    })
  })

  it('a host that has lost its right to write tells its guests, who have what the server has', async () => {
    const [host, guest] = await pair()
    guest.type(11, ', G')
    await guest.reaches('kept', { isWriting: false })
    host.online()
    host.world.wire.cut(CLOSE.forbidden)
    await shows(guest, 'Dear Sir')
    expect(host.view.drafts.map(({ written }) => written)).to.deep.equal([', A, G'])
  })
})

/** Takes what is written when the test says so, or refuses it, or does not say that it has. */
class HeldStore extends MemoryStore {
  isHeld = false
  tells = true
  fault: DeviceError | null = null
  #go: ((isTaken: boolean) => void)[] = []

  override async write(batch: Parameters<MemoryStore['write']>[0]): Promise<void> {
    if (this.isHeld && !(await new Promise<boolean>((resolve) => this.#go.push(resolve))))
      return new Promise(() => undefined)
    if (this.fault && (batch.put ?? []).length > 0) throw this.fault
    await super.write(batch)
    if (!this.tells) await new Promise(() => undefined)
  }

  /** @param isTaken  whether what was held is written now, or never */
  release(isTaken = true): void {
    this.isHeld = false
    for (const go of this.#go.splice(0)) go(isTaken)
  }
}
