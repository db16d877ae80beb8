import { expect } from 'chai'
import { forgetCopies } from '../../../client/sync/local-copies.ts'
import type { MemoryStore } from '../../../client/sync/memory-store.ts'
import { CLOSE } from '../../../ot/wire.ts'
import { ShareDbWorld } from './sharedb-world.ts'
import { Tab } from './tab.ts'

const ID = '00000000-0000-4000-8000-000000000001'
const ADA = '00000000-0000-4000-8000-0000000000aa'
const BEN = '00000000-0000-4000-8000-0000000000bb'

describe('a device that a person has signed out of', () => {
  let browser: ShareDbWorld
  let store: MemoryStore
  let ada: Tab

  beforeEach(async () => {
    browser = new ShareDbWorld()
    store = browser.device.store as MemoryStore // what it has unless told otherwise
    await browser.create(ID, 'Dear Sir')
    ada = await new Tab(browser, ID, ADA).open()
  })

  const kept = () => [...new Set(store.entries().map(([key]) => key.split('/')[0]))]
  const signOut = async (tab: Tab) => {
    await tab.session.close(true)
    await forgetCopies(store, null)
  }

  it('holds no copy of a letter, not even one that was being made', async () => {
    await ada.keep(8, '!')
    await ada.reaches('saved', { phase: 'live', unsent: 0 })
    ada.session.hide()
    await signOut(ada)
    await new Promise(setImmediate)
    expect(kept()).to.deep.equal([])
  })

  it('holds what was not sent, for nobody but who wrote it', async () => {
    ada.offline()
    await ada.keep(8, ' from Ada')
    await signOut(ada)
    expect(kept()).to.deep.equal(['outbox'])
    const ben = await new Tab(browser, ID, BEN).open()
    expect(ben.text).to.equal('Dear Sir\n')
    await signOut(ben)
    expect(await browser.text(ID)).to.equal('Dear Sir\n')
    const again = await new Tab(browser, ID, ADA).open()
    await again.reaches('saved', { phase: 'live', unsent: 0 })
    expect(again.text).to.equal('Dear Sir from Ada\n')
    expect(await browser.text(ID)).to.equal('Dear Sir from Ada\n')
    await again.session.close()
  })

  it('keeps the copies of who is there instead', async () => {
    await ada.session.close()
    const ben = await new Tab(browser, ID, BEN).open()
    await ben.session.close()
    await forgetCopies(store, BEN)
    const letters = (member: string) => store.entries('cop').filter(([key]) => key.includes(member))
    expect(letters(ADA)).to.deep.equal([])
    expect(letters(BEN)).to.have.length(2)
  })

  it('gets no copy from a tab that the server sends away', async () => {
    await ada.keep(8, '!')
    await ada.reaches('saved', { phase: 'live', unsent: 0 })
    ada.world.wire.cut(CLOSE.unauthenticated)
    await ada.reaches('refused', { phase: 'refused' })
    await forgetCopies(store, null)
    ada.session.hide()
    await ada.session.close()
    expect(kept()).to.deep.equal([])
  })
})
