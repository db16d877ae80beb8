import { expect } from 'chai'
import type { WebSocketRoute } from 'playwright-core'
import { page } from '../harness/browser.ts'
import { until } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { OwnBrowser } from '../harness/own-browser.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { startServer } from '../harness/server.ts'
import { CUT, converge, Firm, Person } from './desk.ts'

describe('what was typed, whatever becomes of the tab', () => {
  const env: Record<string, string> = {}
  let firm: Firm
  let ada: Person
  let ben: Person
  let id: string

  before(async function () {
    this.timeout(60_000)
    Object.assign(env, { PORT: String(await freePort()), DATA_DIR: scratchFolder('data') })
    firm = await Firm.open(env)
    ada = await firm.employ('Ada Marsh')
    ben = await firm.employ('Ben Okafor')
  })
  beforeEach(async () => {
    id = await ada.createLetter('Demand letter')
  })
  after(async function () {
    this.timeout(30_000)
    await ada?.close()
    await ben?.close()
    await firm?.close()
  })

  it('[C1] is there once after the tab, the browser and the server were killed while it waited', async function () {
    this.timeout(90_000)
    const profile = scratchFolder('profile')
    let own = await OwnBrowser.start(profile)
    try {
      let cleo = await firm.employ('Cleo Lind', {}, own.context)
      await cleo.open(id)
      await cleo.type('Saved. ')
      await cleo.isSaved()
      await own.context.setOffline(true)
      await cleo.reaches('offline')
      await cleo.type('Typed in the train. ')
      await cleo.isKept()
      await cleo.close()
      await own.kill()
      firm.server.kill('SIGKILL')
      await firm.server.exited
      firm.server = await startServer(env)
      own = await OwnBrowser.start(profile)
      // Killed before it wrote its cookies down.
      cleo = await firm.employ('Cleo Lind', {}, own.context)
      await cleo.open(id)
      await converge(cleo)
      expect(await cleo.text()).to.equal('Saved. Typed in the train. \n')
      cleo.watched.expectNoErrors(...CUT)
    } finally {
      await own.kill()
    }
  })

  it('[C1] is there once when its acknowledgement was lost and the page loaded again', async function () {
    this.timeout(60_000)
    let isDeaf = false
    await ada.page.routeWebSocket(/\/v1\/collab\//, (socket) => {
      isDeaf = false
      const server = socket.connectToServer()
      server.onMessage((message) => {
        if (!isDeaf) socket.send(message)
      })
    })
    await ada.open(id)
    await ada.type('Heard. ')
    await ada.isSaved()
    isDeaf = true
    await ada.page.keyboard.insertText('Unheard.')
    await until('the server to have it', async () => JSON.stringify(await ada.stored()).includes('Unheard.'))
    expect(await ada.page.locator('[data-unsent="0"]').count(), 'a page that thinks all is saved').to.equal(0)
    await ada.reload()
    await converge(ada)
    expect(await ada.text()).to.equal('Heard. Unheard.\n')
    await ada.page.unrouteAll()
  })

  it('[C2] is seen in both of two tabs without a network, and is there once when one is closed', async function () {
    this.timeout(60_000)
    await ada.open(id)
    await ada.type('Both. ')
    await ada.isSaved()
    const other = new Person(firm, await page({}, ada.watched.context), 'Ada’s other tab')
    await other.open(id)
    await ada.watched.context.setOffline(true)
    for (const tab of [ada, other]) await tab.reaches('offline')
    await other.goBehind('Both. ')
    await other.type('The other. ')
    await ada.sees('Both. The other. ')
    await ada.goBehind('The other. ')
    await ada.type('One tab. ')
    await other.sees('Both. The other. One tab. ')
    await ada.isKept()
    await other.close()
    await ada.goBehind('One tab. ')
    await ada.type('Alone. ')
    await ada.isKept()
    expect(await ada.text()).to.equal('Both. The other. One tab. Alone. \n')
    await ada.watched.context.setOffline(false)
    await ben.open(id)
    await converge(ada, ben)
    expect(await ben.text()).to.equal('Both. The other. One tab. Alone. \n')
  })

  it('[C3] arrives around an edit that is refused, which is kept, and nobody else notices', async function () {
    this.timeout(60_000)
    let refuse: (() => void) | null = null
    await ada.page.routeWebSocket(/\/v1\/collab\//, (socket: WebSocketRoute) => {
      const server = socket.connectToServer()
      socket.onMessage((message) => {
        const text = String(message)
        if (!text.includes('unlucky')) return server.send(message)
        const { a, c, d, src, seq, v } = JSON.parse(text)
        const error = { code: 'op/malformed', message: 'refused by the test' }
        refuse = () => socket.send(JSON.stringify({ a, c, d, src, seq, v, error }))
      })
    })
    await ada.open(id)
    await ben.open(id)
    await ada.type('First. ')
    await ada.isSaved()
    await ada.page.keyboard.insertText('An unlucky sentence.')
    await until('it to be sent', () => refuse !== null)
    await ada.type('Third.')
    await ada.isKept()
    refuse!()
    const isKept = async () => {
      await ada.page.getByRole('button', { name: 'Look at it…' }).click()
      const words = await ada.page.locator('.past-added').allTextContents()
      expect(words).to.deep.equal(['An unlucky sentence.'])
    }
    await isKept()
    await ada.press('Escape')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('First. Third.\n')
    expect(await ben.page.locator('.notice').count()).to.equal(0)
    await ada.page.unrouteAll()
    await ada.reload()
    await isKept()
  })

  it('nothing else went wrong in the pages', () => {
    // Playwright's stand-in for the socket passes on what was said before it closed the real one.
    const late = /WebSocket is already in CLOSING or CLOSED state/
    ada.watched.expectNoErrors(...CUT, late)
    ben.watched.expectNoErrors(...CUT)
  })
})
