import { expect } from 'chai'
import type { BrowserContextOptions } from 'playwright-core'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'
import { Firm, type Person } from './desk.ts'
import { expectAccessible, expectNoSidewaysScroll } from './screen-checks.ts'

const FIRM = '7d3b8d0e-6c1f-4a36-9d5b-0f6a5b0c1d2e'
const TITLES = ['Demand letter', 'Reply to defence counsel', 'Settlement offer']

describe('rolling several letters back', () => {
  let firm: Firm
  let ben: Person
  const ids = new Map<string, string>()
  const tokens = new Map<string, string>()

  /** Somebody of the firm, in a window of these options. */
  async function comes(name: string, options: BrowserContextOptions = {}, admin = false): Promise<Person> {
    const token = tokens.get(name) ?? memberToken({ firm: FIRM, name, admin })
    tokens.set(name, token)
    const person = await firm.visitor(options)
    await person.call('POST', '/v1/session', { token })
    return person
  }
  const admin = (options: BrowserContextOptions = {}) => comes('Ada Marsh', options, true)

  before(async function () {
    this.timeout(60_000)
    firm = await Firm.open({ JWT_SECRET: TEST_SECRET })
    ben = await comes('Ben Okafor')
    const cleo = await comes('Cleo Novak')
    for (const title of TITLES) {
      const id = await cleo.createLetter(title)
      ids.set(title, id)
      await cleo.open(id)
      await cleo.type('Dear Madam,')
      await cleo.isSaved()
      if (title === 'Settlement offer') continue
      await ben.open(id)
      await ben.sees('Dear Madam,')
      await ben.press('Control+End')
      await ben.type(' get lost')
      await ben.isSaved()
    }
    await cleo.close()
  })
  after(async () => {
    await ben?.close()
    await firm?.close()
  })

  async function text(person: Person, title: string): Promise<string> {
    const path = `/v1/docs/${ids.get(title)}?content=1`
    const { content } = await person.call<{ content: { ops: { insert: string }[] } }>('GET', path)
    return content.ops.map(({ insert }) => insert).join('')
  }

  for (const [name, options] of [
    ['1280x900-light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['360x740-dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true }],
  ] as const) {
    it(`can be read by everybody, ${name}`, async function () {
      this.timeout(60_000)
      const ada = await admin(options)
      await ada.goTo('/admin')
      await ada.page.getByRole('checkbox', { name: 'All that are shown' }).check()
      await ada.page.getByText('3 letters chosen').waitFor()
      await expectAccessible(ada)
      await ada.watched.screenshot(`admin-${name}`)
      await ada.page.getByRole('button', { name: 'Roll back…' }).click()
      await ada.page.getByRole('combobox', { name: 'Person' }).selectOption('Ben Okafor')
      await ada.page.getByText('9 characters go').first().waitFor()
      await expectAccessible(ada)
      await expectNoSidewaysScroll(ada)
      await ada.watched.screenshot(`admin-rollback-${name}`)
      ada.watched.expectNoErrors()
      await ada.close()
    })
  }

  it('[T4] takes out what one person did in each, tries again what failed, and undoes one', async function () {
    this.timeout(60_000)
    const ada = await admin()
    await ada.goTo('/')
    await ada.page.getByRole('button', { name: 'You are Ada Marsh' }).click()
    await ada.page.getByRole('menuitem', { name: 'Roll letters back' }).click()
    await ada.page.getByRole('checkbox', { name: 'All that are shown' }).check()
    await ada.page.getByRole('button', { name: 'Roll back…' }).click()
    await ada.page.getByRole('combobox', { name: 'Person' }).selectOption('Ben Okafor')
    await ada.page.getByText('Nothing to take back.').waitFor()
    await ada.page.getByRole('textbox', { name: 'Why?' }).fill('He was angry')
    const path = `**/v1/docs/${ids.get('Demand letter')}/rollback`
    await ada.page.route(path, (route) =>
      route.fulfill({ status: 503, json: { code: 'server/busy', remedy: 'same' } }),
    )
    await ada.page.getByRole('button', { name: 'Roll back', exact: true }).click()
    await ada.page.getByText('1 of 2 done, 1 not.').waitFor()
    expect(await text(ben, 'Reply to defence counsel')).to.equal('Dear Madam,\n')
    expect(await text(ben, 'Demand letter')).to.equal('Dear Madam, get lost\n')
    await ada.page.unroute(path)
    await ada.page.getByRole('button', { name: 'Try it again' }).click()
    await ada.page.getByText('2 of 2 done.').waitFor()
    const done = await ada.page.locator('.batch-words').allTextContents()
    for (const words of done) {
      const [, version] = /now version (\d+)/.exec(words)!
      await ada.page
        .locator('.admin-row', { hasText: `Version ${version} ·` })
        .first()
        .waitFor()
    }
    expect(await text(ben, 'Demand letter')).to.equal('Dear Madam,\n')
    await expectAccessible(ada)
    await ada.watched.screenshot('admin-done-1280x900-light')
    const reply = ada.page.locator('.batch-row', { hasText: 'Reply to defence counsel' })
    await reply.getByRole('button', { name: 'Undo' }).click()
    await reply.getByText('Undone').waitFor()
    expect(await text(ben, 'Reply to defence counsel')).to.equal('Dear Madam, get lost\n')
    await reply.getByRole('link', { name: 'Reply to defence counsel' }).click()
    await ada.page.getByText('Rolled back by Ada Marsh').first().waitFor()
    await ada.page.getByText('“He was angry”').waitFor()
    ada.watched.expectNoErrors(/503/)
    await ada.close()
  })

  it('[A2] is for the firm’s admins', async function () {
    this.timeout(30_000)
    await ben.goTo('/admin')
    await ben.page.getByRole('heading', { name: 'This page is for the firm’s admins' }).waitFor()
    await ben.goTo('/')
    await ben.page.getByRole('button', { name: 'You are Ben Okafor' }).click()
    expect(await ben.page.getByRole('menuitem', { name: 'Roll letters back' }).count()).to.equal(0)
  })
})
