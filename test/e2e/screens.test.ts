import { expect } from 'chai'
import { page } from '../harness/browser.ts'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'
import { Firm, type Person } from './desk.ts'
import { expectAccessible, expectNoSidewaysScroll, SIZES, THEMES } from './screen-checks.ts'

describe('the screens', () => {
  let firm: Firm

  before(async function () {
    this.timeout(60_000)
    firm = await Firm.open()
    const ada = await firm.employ('Ada Marsh')
    const ben = await firm.employ('Ben Okafor')
    for (const title of ['Engagement letter (template)', 'Settlement offer', 'Reply to defence counsel']) {
      await ben.createLetter(title)
    }
    await write(ada, await ada.createLetter('Demand letter: collision of 3 March'))
    await ada.close()
    await ben.close()
  })
  after(() => firm?.close())

  /** A letter with some of everything, as a person would type it. */
  async function write(ada: Person, id: string): Promise<void> {
    await ada.open(id)
    await ada.type('12 November 2026\n\nThe Claims Department\nName of the carrier\n\n')
    await ada.press('Control+b')
    await ada.type('Re: Collision of 3 March 2026')
    await ada.press('Control+b')
    await ada.type(
      '\n\nDear Sir or Madam,\n\nWe act for a client who was injured when a vehicle driven by your ',
    )
    await ada.type('employee failed to stop at the junction of Mill Lane and the A38.\n')
    await ada.press('Control+Alt+2')
    await ada.type('Liability\nThe driver was ')
    await ada.press('Control+i')
    await ada.type('negligent')
    await ada.press('Control+i')
    await ada.type('. The account is supported by\n')
    await ada.press('Control+Shift+7')
    await ada.type('two independent witnesses, and\nthe dashboard recording that we enclose.\n')
    await ada.press('Control+Shift+7', 'Control+Shift+9')
    await ada.type('Ask for the employment contract\n')
    await ada.press('Control+Shift+9')
    await ada.type('Yours faithfully,')
    await ada.isSaved()
    // Back to the top, as somebody who opens it sees it.
    await ada.press('Control+Home')
  }

  for (const theme of THEMES) {
    for (const { name, ...size } of SIZES) {
      const suffix = `${name}-${theme}`

      it(`sign-in, ${name}, ${theme}`, async function () {
        this.timeout(30_000)
        const guest = await firm.visitor({ ...size, colorScheme: theme })
        await guest.goTo('/')
        await guest.page.getByRole('heading', { name: 'Continue as' }).waitFor()
        await expectAccessible(guest)
        await expectNoSidewaysScroll(guest)
        await guest.watched.screenshot(`sign-in-${suffix}`)
        guest.watched.expectNoErrors()
        await guest.close()
      })

      it(`letters, ${name}, ${theme}`, async function () {
        this.timeout(30_000)
        const ada = await firm.employ('Ada Marsh', { ...size, colorScheme: theme })
        await ada.goTo('/')
        await ada.page.getByRole('link', { name: 'Settlement offer' }).waitFor()
        await expectAccessible(ada)
        await expectNoSidewaysScroll(ada)
        await ada.watched.screenshot(`letters-${suffix}`)
        await ada.page.getByRole('button', { name: 'More for Settlement offer' }).click()
        await ada.page.getByRole('menuitem', { name: 'Rename' }).waitFor()
        await expectAccessible(ada)
        ada.watched.expectNoErrors()
        await ada.close()
      })

      it(`editor, ${name}, ${theme}`, async function () {
        this.timeout(30_000)
        const ada = await firm.employ('Ada Marsh', { ...size, colorScheme: theme })
        const { docs } = await ada.call<{ docs: { id: string; title: string }[] }>('GET', '/v1/docs')
        await ada.open(docs.find(({ title }) => title.startsWith('Demand'))!.id)
        await ada.editor.locator('h2').waitFor()
        await expectAccessible(ada)
        await expectNoSidewaysScroll(ada)
        await ada.watched.screenshot(`editor-${suffix}`)
        await ada.page.getByRole('button', { name: /^Paragraph style/ }).click()
        await ada.page.getByRole('menuitemradio', { name: 'Heading 1' }).waitFor()
        await expectAccessible(ada)
        await ada.press('Escape')
        await ada.page.getByRole('button', { name: 'Link', exact: true }).click()
        await ada.page.getByRole('dialog', { name: 'Link' }).waitFor()
        await expectAccessible(ada)
        ada.watched.expectNoErrors()
        await ada.close()
      })
    }
  }

  it('somebody new comes in by name, is remembered, goes out, and comes in again as who they were', async function () {
    this.timeout(30_000)
    const guest = await firm.visitor()
    await guest.goTo('/')
    await guest.page.getByRole('textbox', { name: 'Somebody else' }).fill('Cleo Novak')
    await guest.press('Enter')
    await guest.page.getByRole('heading', { name: 'Letters' }).waitFor()
    await guest.page.reload()
    await guest.page.getByRole('button', { name: 'You are Cleo Novak' }).click()
    await guest.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await guest.page.getByRole('button', { name: 'Continue as Cleo Novak' }).click()
    await guest.page.getByRole('heading', { name: 'Letters' }).waitFor()
    guest.watched.expectNoErrors(/mark\.svg/) // the reload came before the icon
    await guest.close()
  })

  it('on a phone a letter is made, named, written and formatted by touch', async function () {
    this.timeout(30_000)
    const ada = await firm.employ('Ada Marsh', { viewport: { width: 360, height: 740 }, hasTouch: true })
    await ada.goTo('/?debug')
    await ada.page.getByRole('button', { name: 'New letter' }).tap()
    const title = ada.page.getByRole('textbox', { name: 'Title of the letter' })
    await title.waitFor()
    await ada.reaches('live')
    await ada.type('From the train')
    await ada.press('Enter')
    await ada.type('Written on the way.')
    await ada.press('Control+a')
    await ada.page.getByRole('button', { name: 'Bold' }).tap()
    await ada.page.getByRole('button', { name: 'Undo' }).scrollIntoViewIfNeeded()
    await ada.isSaved()
    expect(await ada.editor.locator('strong').textContent()).to.equal('Written on the way.')
    const toolbar = await ada.page.getByRole('toolbar').boundingBox()
    expect(toolbar && Math.round(toolbar.y + toolbar.height)).to.equal(740)
    await expectNoSidewaysScroll(ada)
    await ada.close()
  })

  it('a list that cannot be fetched says what is safe, and can be tried again; an empty one says what to do', async function () {
    this.timeout(30_000)
    const ada = await firm.employ('Ada Marsh')
    await ada.page.route('**/v1/docs?**', (route) => route.abort())
    await ada.goTo('/')
    await ada.page.getByRole('heading', { name: 'Your letters could not be fetched' }).waitFor()
    await expectAccessible(ada)
    await ada.page.unrouteAll()
    await ada.page.route('**/v1/docs?**', (route) => route.fulfill({ json: { docs: [], next: null } }))
    await ada.page.getByRole('button', { name: 'Try again' }).click()
    await ada.page.getByText('No letters yet').waitFor()
    await expectAccessible(ada)
    await ada.close()
  })

  it('a long list is shown in parts, and a search says how far it has looked', async function () {
    this.timeout(60_000)
    const eve = await firm.employ('Eve Lang')
    for (let i = 1; i <= 52; i++) await eve.createLetter(`Reminder ${i}`)
    await eve.goTo('/')
    const rows = eve.page.locator('.row')
    await eve.page.getByRole('button', { name: 'Show more' }).waitFor()
    expect(await rows.count()).to.equal(50)
    await eve.page.getByRole('searchbox', { name: 'Search titles' }).fill('settlement')
    await eve.page.getByText('No title among the 50 newest letters has “settlement” in it.').waitFor()
    await eve.page.getByRole('button', { name: 'Search older letters' }).click()
    await eve.page.getByRole('link', { name: 'Settlement offer' }).waitFor()
    expect(await eve.page.getByRole('button', { name: /more|older/ }).count()).to.equal(0)
    await eve.close()
  })

  it('the page runs no script but its own files', async () => {
    const { page: tab, close } = await page()
    const response = await tab.goto(firm.server.url)
    expect(response?.headers()['content-security-policy']).to.include("default-src 'self'")
    expect(await tab.content()).to.not.match(/<script(?![^>]*src=)/)
    await close()
  })
})

describe('the way in by token', () => {
  it('[A6] takes a good token, refuses a bad one in words, and lets go on sign-out', async function () {
    this.timeout(60_000)
    const firm = await Firm.open({ JWT_SECRET: TEST_SECRET })
    const ada = await firm.visitor()
    await ada.goTo('/letters/00000000-0000-4000-8000-000000000000')
    const field = ada.page.getByRole('textbox', { name: 'Token' })
    await field.fill('not a token')
    await ada.press('Tab', 'Enter')
    await ada.page.getByText('This server does not accept that token.').waitFor()
    await expectAccessible(ada)
    await field.fill(memberToken({ name: 'Ada Marsh' }))
    await ada.page.getByRole('button', { name: 'Sign in' }).click()
    await ada.page.getByRole('heading', { name: 'There is no such letter' }).waitFor()
    await ada.goTo('/')
    await ada.page.getByRole('button', { name: 'You are Ada Marsh' }).click()
    await ada.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await field.waitFor()
    expect(new URL(ada.page.url()).pathname).to.equal('/sign-in')
    await ada.close()
    await firm.close()
  })
})
