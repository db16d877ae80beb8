import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { startServer } from '../harness/server.ts'
import { atTwoDesks, CUT, converge, Firm, type Person } from './desk.ts'
import { expectAccessible } from './screen-checks.ts'

const status = (person: Person) => person.page.locator('.status-words')

describe('a letter while the server is away', () => {
  let ada: Person
  let ben: Person

  atTwoDesks((desks) => {
    ;({ ada, ben } = desks)
  })

  async function bothOpen(text: string): Promise<void> {
    const id = await ada.createLetter('Reply to defence counsel')
    await ada.open(id)
    await ada.type(text)
    await ada.isSaved()
    await ben.open(id)
    await ben.sees(text)
  }

  it('[C4] says so, counts what waits, and sends it once when the network is back', async () => {
    await bothOpen('The losses amount to a sum.')
    await ada.watched.context.setOffline(true)
    await ada.reaches('offline')
    expect(await status(ada).textContent()).to.equal('Offline. Nothing is waiting to be sent')
    await ada.goBehind('losses')
    await ada.write(' to date')
    await ada.page.locator('[data-unsent="1"]').waitFor()
    await status(ada).filter({ hasText: 'Offline. 1 edit is kept on this device' }).waitFor()
    for (const [name, width, height, colorScheme] of [
      ['1280x900-light', 1280, 900, 'light'],
      ['360x740-dark', 360, 740, 'dark'],
    ] as const) {
      await ada.page.setViewportSize({ width, height })
      await ada.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await ada.page.getByText(/^Offline\. 1 edit kept here · version \d+$/).waitFor({
        state: width < 700 ? 'visible' : 'hidden',
      })
      await ada.page.getByRole('button', { name: 'Retry now' }).click()
      await expectAccessible(ada)
      await ada.watched.screenshot(`offline-${name}`)
    }
    await ada.page.setViewportSize({ width: 1280, height: 900 })
    await ada.reaches('offline')
    await ben.goBehind('a sum')
    await ben.type(' of £18,430')
    await ben.isSaved()
    await ada.watched.context.setOffline(false)
    await converge(ada, ben)
    expect(await ada.text()).to.equal('The losses to date amount to a sum of £18,430.\n')
    expect(await ada.caret()).to.equal('sses to date| amount to a')
    await status(ada)
      .filter({ hasText: /^Saved · version \d+$/ })
      .waitFor()
  })

  it('[C4] leaving the page is not asked about when unsent edits are on this device', async () => {
    await bothOpen('Settlement offer.')
    await ada.watched.context.setOffline(true)
    await ada.reaches('offline')
    const asked = (): Promise<boolean> =>
      ada.page.evaluate(() => {
        const scope = globalThis as unknown as {
          Event: new (name: string, init: object) => { defaultPrevented: boolean }
          dispatchEvent(event: object): void
        }
        const event = new scope.Event('beforeunload', { cancelable: true })
        scope.dispatchEvent(event)
        return event.defaultPrevented
      })
    expect(await asked()).to.equal(false)
    await ada.type(' More')
    await until('the edits to be on the device', async () => !(await asked()))
    await ada.watched.context.setOffline(false)
    await ada.isSaved()
    expect(await asked()).to.equal(false)
  })

  it('[C4] going to the list and back keeps what waits, and the list says so', async () => {
    await bothOpen('Engagement letter.')
    await ada.watched.context.setOffline(true)
    await ada.reaches('offline')
    await ada.goBehind('letter')
    await ada.write(' (template)')
    await ada.page.getByRole('link', { name: 'All letters' }).click()
    await ada.page.getByText('Offline.').waitFor()
    // Beside it, perhaps, an edit of another letter that was saved when there was no time left to write that down.
    const waiting = ada.page.getByText(/[1-9] edits? in [1-9] letters? (?:is|are) kept on this device/)
    await waiting.waitFor()
    await ada.watched.context.setOffline(false)
    await waiting.waitFor({ state: 'detached' })
    await ben.sees('Engagement letter (template).')
  })

  it('nothing went wrong in either page but the cut', () => {
    ada.watched.expectNoErrors(...CUT)
    ben.watched.expectNoErrors(...CUT)
  })
})

describe('a letter whose server is killed and started again', () => {
  it('[C4] what was typed meanwhile arrives, once, and what was saved is still there', async function () {
    this.timeout(120_000)
    const env = { PORT: String(await freePort()), DATA_DIR: scratchFolder('restart') }
    const firm = await Firm.open(env)
    const ada = await firm.employ('Ada Marsh')
    let server = firm.server
    try {
      await ada.open(await ada.createLetter('Demand letter'))
      await ada.type('Before.')
      await ada.isSaved()
      server.kill('SIGKILL')
      await server.exited
      await ada.reaches('offline')
      await ada.type(' Meanwhile.')
      server = await startServer(env)
      await ada.isSaved()
      await ada.type(' After.')
      await converge(ada)
      expect(await ada.text()).to.equal('Before. Meanwhile. After.\n')
      ada.watched.expectNoErrors(...CUT)
    } finally {
      await ada.close()
      await server.stop()
    }
  })
})
