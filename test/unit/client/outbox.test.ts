import { expect } from 'chai'
import ShareDB from 'sharedb'
import type { Batch } from '../../../client/sync/device-store.ts'
import { DeviceError } from '../../../client/sync/device-store.ts'
import { MemoryStore } from '../../../client/sync/memory-store.ts'
import { until } from '../../harness/deadline.ts'
import { ShareDbWorld } from './sharedb-world.ts'
import { Tab } from './tab.ts'

const ID = '00000000-0000-4000-8000-000000000001'
const ADA = '00000000-0000-4000-8000-0000000000aa'
const BEN = '00000000-0000-4000-8000-0000000000bb'

/** Takes what is written when the test says so, or refuses it. */
class SlowStore extends MemoryStore {
  isHeld = false
  /** There is no room: things can only be taken away. */
  isFull = false
  fault: DeviceError | null = null
  readonly batches: Batch[] = []
  #go: (() => void)[] = []

  override async write(batch: Batch): Promise<void> {
    if (this.isHeld) await new Promise<void>((resolve) => this.#go.push(resolve))
    if (this.fault) throw this.fault
    if (this.isFull && batch.put && batch.put.length > 0) throw new DeviceError('full', null)
    this.batches.push(batch)
    await super.write(batch)
  }

  release(): void {
    this.isHeld = false
    for (const go of this.#go.splice(0)) go()
  }
}

describe('the outbox', () => {
  let browser: ShareDbWorld
  let store: SlowStore
  let tabs: Tab[]

  // ShareDB logs what it refuses, with a stack; here refusals are what is tested.
  before(() => ShareDB.logger.setMethods({ info: () => {} }))
  after(() => ShareDB.logger.setMethods({ info: console.info }))

  beforeEach(async () => {
    browser = new ShareDbWorld()
    store = new SlowStore()
    browser.device = { ...browser.device, store }
    await browser.create(ID, 'Dear Sir')
    tabs = []
  })
  afterEach(async () => {
    for (const tab of tabs) tab.kill()
  })

  const tab = ({ member = ADA, isOffline = false } = {}): Tab => {
    const made = new Tab(browser, ID, member, isOffline)
    tabs.push(made)
    return made
  }
  const ops = ({ world }: Tab) => world.wires.flatMap(({ sent }) => sent.filter(({ a }) => a === 'op'))
  /** The ids of outboxes. */
  const left = async () => [...new Set((await store.keys('outbox/')).map((key) => key.split('/')[3]))]
  const saved = { phase: 'live', unsent: 0 } as const

  it('[C1] sends an op when it is on the device, and not before', async () => {
    const ada = await tab().open()
    store.isHeld = true
    ada.type(8, '!')
    expect(ada.text).to.equal('Dear Sir!\n')
    expect(ada.view).to.include({ unsent: 1, isWriting: true })
    await new Promise(setImmediate)
    expect(ops(ada)).to.deep.equal([])
    store.release()
    await ada.reaches('saved', saved)
    const [kept] = store.batches.filter(({ put }) => put?.some(([key]) => key.startsWith('outbox/')))
    const { sent } = kept.put![0][1] as { sent: object }
    expect(ops(ada)[0]).to.deep.include({ src: Object(sent).source, seq: Object(sent).seq })
  })

  it('[C1] [D5] shows in the next tab what was typed offline in one that was killed, and sends it once', async () => {
    const first = await tab().open()
    first.offline()
    await first.keep(8, ' or')
    await first.keep(11, ' Madam')
    first.kill()
    const next = await tab({ isOffline: true }).open('offline')
    expect(next.text).to.equal('Dear Sir or Madam\n')
    expect(next.view).to.include({ unsent: 1, version: 1 })
    await browser.others(ID, [{ retain: 4 }, { insert: 'est' }])
    next.online()
    await next.reaches('saved', saved)
    expect(next.text).to.equal('Dearest Sir or Madam\n')
    expect(await browser.text(ID)).to.equal('Dearest Sir or Madam\n')
  })

  it('[S4] [F4] an op whose acknowledgement was lost with its tab is in the letter once', async () => {
    const first = await tab().open()
    first.world.wire.isMute = true
    await first.keep(8, ' once')
    await until('the server to have it', async () => (await browser.text(ID)).includes('once'))
    await first.keep(13, ' more')
    first.kill()
    const next = await tab().open()
    await next.reaches('saved', saved)
    expect(await browser.text(ID)).to.equal('Dear Sir once more\n')
    expect(next.text).to.equal('Dear Sir once more\n')
    expect(ops(next).map(({ op }) => op)).to.deep.equal([{ ops: [{ retain: 13 }, { insert: ' more' }] }])
  })

  it('[S4] an op that was written down and never sent goes out under the name it was written down with', async () => {
    const first = await tab().open()
    first.world.wire.send = () => undefined
    await first.keep(8, '!')
    await until('it to be on its way', () => first.view.unsent === 1)
    const name = (await store.read('outbox/')).map(([, base]) => (base as { sent: object }).sent)[0]
    first.kill()
    const next = await tab().open()
    await next.reaches('saved', saved)
    expect(ops(next)[0]).to.deep.include({ src: Object(name).source, seq: Object(name).seq })
    expect(await browser.text(ID)).to.equal('Dear Sir!\n')
  })

  it('[C2] leaves alone what belongs to a tab that lives, and delivers what dead ones left, in order', async () => {
    const living = await tab().open()
    living.offline()
    await living.keep(0, 'L')
    const dead = []
    for (const word of ['1', '2', '3']) {
      const one = new Tab(browser, ID, ADA)
      await one.open()
      one.offline()
      await one.keep(8, word)
      dead.push(one)
    }
    for (const one of dead) one.kill()
    expect((await left()).length).to.equal(4)
    const next = await tab().open()
    await until('all that the dead left', async () => (await browser.text(ID)).length === 12)
    await until('two to have one', async () => (await left()).length === 2)
    // Where several wrote at one place, the first to arrive stands first.
    expect(await browser.text(ID)).to.equal('Dear Sir123\n')
    await until('the tab to show it', () => next.text === 'Dear Sir123\n')
    living.online()
    await living.reaches('saved', saved)
    expect(await browser.text(ID)).to.equal('LDear Sir123\n')
  })

  it('keeps nothing of what is acknowledged, and writes a letter down once for many keys', async () => {
    const ada = await tab().open()
    for (let i = 0; i < 50; i++) {
      ada.type(8 + i, 'x')
      await ada.reaches('saved', saved)
    }
    const bases = store.batches.filter(({ put }) => put?.some(([key]) => key.endsWith('/base')))
    expect(bases).to.have.length(1)
    await ada.session.close()
    expect(await left()).to.deep.equal([])
  })

  it('writes down what others write with the next edit, which builds on it', async () => {
    const ada = await tab().open()
    ada.type(8, '!')
    await ada.reaches('saved', saved)
    await browser.others(ID, [{ insert: 'My ' }])
    await ada.reaches('their op', { version: 3 })
    ada.offline()
    await ada.keep(3, 'old ')
    ada.kill()
    const next = await tab({ isOffline: true }).open('offline')
    expect(next.text).to.equal('My old Dear Sir!\n')
    next.online()
    await next.reaches('saved', saved)
    expect(await browser.text(ID)).to.equal('My old Dear Sir!\n')
  })

  it('[S5] sends nothing for another member, and has it still when the first one is back', async () => {
    const ada = await tab().open()
    ada.offline()
    await ada.keep(8, ' from Ada')
    ada.kill()
    const ben = await tab({ member: BEN }).open()
    expect(ben.text).to.equal('Dear Sir\n')
    expect(ben.view.unsent).to.equal(0)
    const stranger = tab()
    stranger.world.member = BEN
    await stranger.open('refused')
    expect(stranger.view).to.include({ refusal: 'signed-out', unsent: 1 })
    expect(stranger.text).to.equal('Dear Sir from Ada\n')
    expect(await browser.text(ID)).to.equal('Dear Sir\n')
    stranger.world.member = ADA
    stranger.session.retry()
    await stranger.reaches('saved', saved)
    expect(await browser.text(ID)).to.equal('Dear Sir from Ada\n')
  })

  describe('[C4] on a device that takes nothing', () => {
    it('says so, sends all the same, and keeps everything again when it can', async () => {
      const ada = await tab().open()
      store.fault = new DeviceError('full', null)
      ada.type(8, '!')
      await ada.reaches('saved', { ...saved, fault: 'full' })
      ada.offline()
      ada.type(9, '?')
      expect(ada.view).to.include({ fault: 'full', isWriting: false, unsent: 1 })
      store.fault = null
      ada.world.reconnect()
      await ada.reaches('kept', { fault: null, isWriting: false })
      ada.kill()
      const next = await tab({ isOffline: true }).open('offline')
      expect(next.text).to.equal('Dear Sir!?\n')
    })

    it('[S4] sends nothing that it still holds under no name, so that the next tab does not send it again', async () => {
      const ada = await tab().open()
      ada.offline()
      await ada.keep(8, '!')
      store.isFull = true
      ada.online()
      await ada.reaches('saved', { ...saved, fault: 'full' })
      ada.kill()
      const next = await tab().open()
      await next.reaches('saved', saved)
      expect(await browser.text(ID)).to.equal('Dear Sir!\n')
    })

    it('opens without it when it does not answer', async () => {
      store.read = () => new Promise(() => undefined)
      const ada = tab()
      const opening = ada.session.open()
      ada.world.reconnect()
      await opening
      await ada.reaches('live', { phase: 'live', fault: 'unavailable' })
    })
  })

  it('opens a letter that was looked at lately without a server', async () => {
    const ada = await tab().open()
    ada.type(8, '!')
    await ada.reaches('saved', saved)
    await ada.session.close()
    const next = await tab({ isOffline: true }).open('offline')
    expect(next.text).to.equal('Dear Sir!\n')
    await next.keep(9, '?')
    await browser.others(ID, [{ insert: 'My ' }])
    next.online()
    await next.reaches('saved', saved)
    expect(await browser.text(ID)).to.equal('My Dear Sir!?\n')
    await expectPhase(tab({ member: BEN, isOffline: true }), 'connecting')
  })

  const expectPhase = (one: Tab, phase: 'connecting') => one.open(phase)

  it('has the copy of a letter on its way when the page goes away, without asking the device anything', async () => {
    const ada = await tab().open()
    await until('a copy', async () => (await store.keys('copy/')).length === 1)
    ada.type(8, '!')
    await ada.reaches('saved', saved)
    store.keys = () => new Promise(() => undefined)
    ada.session.hide()
    expect(JSON.stringify(store.entries('copy/'))).to.include('Dear Sir!')
  })

  it('[C3] keeps drafts for the tabs that come after', async () => {
    const ada = await tab().open()
    browser.refuse('bad')
    ada.type(8, ' bad')
    await ada.reaches('refused', { unsent: 0 })
    ada.kill()
    const next = await tab({ isOffline: true }).open('offline')
    expect(next.view.drafts.map(({ written, reason }) => [written, reason])).to.deep.equal([
      ['bad', 'refused'],
    ])
  })
})
