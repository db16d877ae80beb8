import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import { CUT, converge, Firm, type Person } from './desk.ts'
import { expectAccessible } from './screen-checks.ts'

const SCREENS = [
  ['1280x900-light', 1280, 900, 'light'],
  ['360x740-dark', 360, 740, 'dark'],
] as const

const status = ({ page }: Person) => page.locator('.status-words')

describe('what a letter will not take', () => {
  let firm: Firm
  let ada: Person
  let id: string
  /** Words that are unlucky. */
  let refuse = false

  before(async function () {
    this.timeout(60_000)
    firm = await Firm.open()
    ada = await firm.employ('Ada Marsh', { permissions: ['clipboard-read', 'clipboard-write'] })
  })
  beforeEach(async () => {
    id = await ada.createLetter('Letter before action')
  })
  after(async function () {
    this.timeout(30_000)
    await ada?.close()
    await firm?.close()
  })

  it('a paste keeps its words and the formats of letters, and nothing else', async () => {
    await ada.open(id)
    await ada.paste(
      `<h5 style="color:#000">Heading</h5><p><b>Bold</b> <a href="javascript:alert(1)">click</a>
       <a href="www.example.com">link</a> <span style="color:#a4262c;font-family:'Comic Sans MS'">red</span>
       <img src="data:image/png;base64,AAAA"><img src="https://example.com/x.png" alt="x" width="9">
       <script>alert(1)</script><table><tr><td>cell</td></tr></table></p>`,
    )
    await converge(ada)
    const { content } = await ada.stored()
    const text = JSON.stringify(content)
    expect(text).to.include('"header":3')
    expect(text).to.include('"link":"https://www.example.com"')
    expect(text).to.include('"color":"#a4262c"')
    expect(text).to.include('https://example.com/x.png')
    expect(text).to.include('cell')
    for (const gone of ['javascript', 'Comic', 'data:', 'alert', 'width', '#000'])
      expect(text).to.not.include(gone)
  })

  it('a paste of half a million characters arrives whole', async function () {
    this.timeout(90_000)
    await ada.open(id)
    const paragraph = 'Whereas the party of the first part 😀 has agreed with the party of the second part.\n'
    const text = paragraph.repeat(6_000)
    await ada.paste('', text)
    await converge(ada)
    expect((await ada.text()).length).to.equal(text.length + 1)
  })

  it('what would make the letter too long is taken back, with a word about it, and nothing else is lost', async function () {
    this.timeout(90_000)
    await ada.open(id)
    await ada.type('Kept. ')
    await ada.paste('', `${'x'.repeat(999)}\n`.repeat(2_001))
    await ada.page.getByText('longer than a letter can be').waitFor()
    await ada.type('Written after.')
    await converge(ada)
    expect(await ada.text()).to.equal('Kept. Written after.\n')
    await ada.page.getByRole('button', { name: 'Dismiss' }).click()
  })

  it('[C3] words that the server refuses are kept, shown, copied, and put into the letter of later', async function () {
    this.timeout(60_000)
    refuse = true
    await ada.page.routeWebSocket(/\/v1\/collab\//, (socket) => {
      const server = socket.connectToServer()
      socket.onMessage((message) => {
        const text = String(message)
        if (!refuse || !text.includes('unlucky')) return server.send(message)
        const { a, c, d, src, seq, v } = JSON.parse(text)
        const error = { code: 'op/does-not-fit', message: 'refused by the test' }
        socket.send(JSON.stringify({ a, c, d, src, seq, v, error }))
      })
    })
    await ada.open(id)
    await ada.type('Saved words. ')
    await ada.isSaved()
    await ada.page.keyboard.insertText('An unlucky sentence.')
    await ada.page.getByText('1 edit of yours could not be saved').waitFor()
    expect(await ada.page.locator('.status-words').textContent()).to.equal('Needs attention')
    await until('it to leave the letter', async () => (await ada.text()) === 'Saved words. \n')
    const look = ada.page.getByRole('button', { name: 'Look at it…' })
    await look.click()
    const dialog = ada.page.getByRole('dialog', { name: 'Words that were set aside' })
    expect(await dialog.locator('.past-added').allTextContents()).to.deep.equal(['An unlucky sentence.'])
    for (const [name, width, height, colorScheme] of SCREENS) {
      await ada.page.setViewportSize({ width, height })
      await ada.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expectAccessible(ada)
      await ada.watched.screenshot(`draft-${name}`)
    }
    await ada.page.setViewportSize({ width: 1280, height: 900 })
    await dialog.getByRole('button', { name: 'Copy your words' }).click()
    await dialog.getByText('Your words are copied.').waitFor()
    const copied = await ada.page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied).to.equal('An unlucky sentence.')
    await ada.press('Escape')
    refuse = false
    await ada.goBehind('Saved words. ')
    await ada.type('New words. ')
    await ada.isSaved()
    await look.click()
    await dialog.getByRole('button', { name: 'Put into the letter' }).click()
    await dialog.waitFor({ state: 'detached' })
    await ada.sees('Saved words. New words. An unlucky sentence.')
    await ada.page.getByRole('button', { name: 'Undo' }).click()
    await until('it to be taken back', async () => (await ada.text()) === 'Saved words. New words. \n')
    await ada.page.getByRole('button', { name: 'Redo' }).click()
    await ada.sees('Saved words. New words. An unlucky sentence.')
    await converge(ada)
    await status(ada)
      .filter({ hasText: /^Saved/ })
      .waitFor()
  })

  it('[C3] words that were set aside are discarded by the person only, who is asked', async () => {
    await ada.open(id)
    await ada.type('Saved words.')
    await ada.isSaved()
    refuse = true
    await ada.page.keyboard.insertText(' An unlucky sentence.')
    await ada.page.getByRole('button', { name: 'Look at it…' }).click()
    const discard = ada.page.getByRole('button', { name: 'Discard…' })
    await discard.click()
    await ada.page.getByRole('button', { name: 'Cancel' }).click()
    await ada.press('Escape')
    await ada.goTo('/')
    await ada.page.getByText('Words of yours in 1 letter could not be saved').waitFor()
    await ada.page.getByRole('link', { name: 'Look at them' }).click()
    await ada.page.getByRole('heading', { name: 'Letter before action' }).waitFor()
    for (const [name, width, height, colorScheme] of SCREENS) {
      await ada.page.setViewportSize({ width, height })
      await ada.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expectAccessible(ada)
      await ada.watched.screenshot(`drafts-${name}`)
    }
    await ada.page.setViewportSize({ width: 1280, height: 900 })
    await discard.click()
    await ada.page.getByRole('button', { name: 'Discard', exact: true }).click()
    await ada.page.getByText('Nothing was set aside').waitFor()
    await ada.open(id)
    expect(await ada.page.getByText('could not be saved').count()).to.equal(0)
    refuse = false
  })

  it('[A5] somebody who was signed out signs in again in place, and what was written is sent', async () => {
    await ada.page.unrouteAll()
    let cut = (_code: number): void => {}
    let isSignedIn = true
    await ada.page.routeWebSocket(/\/v1\/collab\//, (socket) => {
      if (!isSignedIn) return void socket.close({ code: 4401 })
      socket.connectToServer()
      cut = (code) => void socket.close({ code })
    })
    await ada.open(id)
    await ada.type('First. ')
    await ada.isSaved()
    isSignedIn = false
    cut(4401)
    await ada.reaches('refused')
    await ada.goBehind('First. ')
    await ada.write('Second.')
    await ada.page
      .getByText('1 edit is kept on this device, to be sent when you have signed in again.')
      .waitFor()
    isSignedIn = true
    await ada.page.getByRole('button', { name: 'Sign in again' }).click()
    await ada.page.getByRole('button', { name: 'Continue as Ada Marsh' }).click()
    await converge(ada)
    expect(await ada.text()).to.equal('First. Second.\n')
  })

  it('[A1] a letter that does not exist, or was archived, is said to be so', async () => {
    await ada.goTo('/letters/00000000-0000-4000-8000-000000000000')
    await ada.page.getByRole('heading', { name: 'There is no such letter' }).waitFor()
    await ada.page.getByRole('link', { name: 'All letters' }).click()
    await ada.page.getByRole('heading', { name: 'Letters' }).waitFor()
  })

  it('nothing else went wrong in the page', () => {
    // Playwright's stand-in for the socket passes on what was said before it closed the real one.
    const late = /WebSocket is already in CLOSING or CLOSED state/
    ada.watched.expectNoErrors(...CUT, late, /404/, /example\.com\/x\.png/, /ERR_NAME_NOT_RESOLVED/)
  })
})
