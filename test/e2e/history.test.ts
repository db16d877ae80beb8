import { expect } from 'chai'
import type { Route } from 'playwright-core'
import { until } from '../harness/deadline.ts'
import { converge, Firm, type Person } from './desk.ts'

/** In the page: the words of the sheet, with +added+, -deleted- and ~formatted~ ones. */
const MARKED = `(() => {
  const signs = { 'past-added': '+', 'past-deleted': '-', 'past-formatted': '~' }
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent
    const text = [...node.childNodes].map(read).join('')
    const sign = [...node.classList].map((name) => signs[name]).find(Boolean) ?? ''
    return sign + text + sign
  }
  return [...document.querySelectorAll('.past-sheet .past-part > *')].map(read).join('\\n')
})()`

function marked({ page }: Person): Promise<string> {
  return page.evaluate<string>(MARKED)
}

const sheet = ({ page }: Person) => page.locator('.past-sheet')
const status = ({ page }: Person) => page.locator('.history-status')
const sittings = ({ page }: Person) => page.locator('.sitting-choose')

async function says(person: Person, wanted: string): Promise<void> {
  let seen = ''
  const isSo = async () => {
    seen = await marked(person)
    return seen === wanted
  }
  await until(`the sheet to say ${JSON.stringify(wanted)}`, isSo, { seen: () => JSON.stringify(seen) })
}

describe('the history of a letter', () => {
  let firm: Firm
  let ada: Person
  let ben: Person

  before(async function () {
    this.timeout(60_000)
    firm = await Firm.open()
  })
  beforeEach(async () => {
    ada = await firm.employ('Ada Marsh')
    ben = await firm.employ('Ben Okafor')
  })
  afterEach(async () => {
    await ada.close()
    await ben.close()
  })
  after(() => firm?.close())

  /** A letter of Ada's with two lines of hers, in which Ben then wrote a third. */
  async function written(): Promise<string> {
    const id = await ada.createLetter('Reply to defence counsel')
    await ada.open(id)
    await ada.type('Dear Madam,\nOur client is well.\n')
    await ada.isSaved()
    await ben.open(id)
    await ben.sees('Our client is well.')
    await ben.select('well')
    await ben.type('injured')
    await ben.press('Control+End')
    await ben.type('Yours')
    await ben.isSaved()
    await ada.sees('Yours')
    return id
  }

  async function openHistory(person: Person): Promise<void> {
    await person.page.getByRole('link', { name: 'History' }).click()
    await sheet(person).waitFor()
  }

  it('shows who wrote when, and what each of them changed', async function () {
    this.timeout(60_000)
    await written()
    await openHistory(ada)
    const names = () => ada.page.locator('.sitting-name').allTextContents()
    await until('who wrote', async () => (await names()).join() === 'Ben Okafor,Ada Marsh')
    expect(await ada.page.locator('.sitting-how').first().textContent()).to.match(
      /12 characters added, 4 deleted/,
    )
    await sittings(ada).first().click()
    await says(ada, 'Dear Madam,\nOur client is -well-+injured+.\n+Yours+')
    await ada.page.getByRole('button', { name: 'Next change' }).click()
    await ada.page.getByText('1 of 2', { exact: true }).waitFor()
    expect(await ada.page.locator('.strip [role="status"]').textContent()).to.equal(
      'Change 1 of 2. Deleted by Ben Okafor: “well”. Added by Ben Okafor: “injured”.',
    )
    await ada.page.getByRole('button', { name: 'Compare', exact: true }).click()
    await ada.page.getByRole('menuitemradio', { name: 'An empty sheet' }).click()
    await says(ada, '+Dear Madam,++¶+\n+Our client is ++injured++.++¶+\n+Yours++¶+')
    ada.watched.expectNoErrors()
  })

  it('[T2] goes to any version by keyboard, plays, and keeps the version in the address', async function () {
    this.timeout(60_000)
    const id = await written()
    await openHistory(ada)
    const { version: head } = await ada.stored()
    const slider = ada.page.getByRole('slider', { name: 'Version' })
    expect(await slider.evaluate((element) => element.matches(':focus'))).to.equal(true)
    await ada.press('Home')
    await until('version 1', async () => /version 1 of/.test((await status(ada).textContent()) ?? ''))
    await says(ada, '')
    await ada.press('ArrowRight', 'ArrowRight')
    await ada.page.waitForURL(new RegExp(`/letters/${id}/history\\?version=3$`))
    expect(await slider.getAttribute('aria-valuetext')).to.match(/^Version 3 of .*, Ada Marsh$/)
    await ada.press('Space')
    await ada.page.getByRole('button', { name: 'Pause' }).waitFor()
    await ada.press('Space')
    await ada.press('Shift+ArrowRight')
    await says(ada, 'Dear Madam,\nOur client is -well-+injured+.\n+Yours+')
    await ada.press('End')
    await ada.page.waitForURL(new RegExp(`/letters/${id}/history$`))
    expect(await slider.inputValue()).to.equal(String(head))
    await ada.goTo(`/letters/${id}/history?version=2`)
    await until('version 2', async () => /version 2 of/.test((await status(ada).textContent()) ?? ''))
    await ada.press('Escape')
    await ada.page.waitForURL(new RegExp(`/letters/${id}$`))
    await ada.editor.waitFor()
    ada.watched.expectNoErrors()
  })

  it('hears a key as soon as it is on the screen', async () => {
    const id = await ada.createLetter('Reply')
    await ada.page.addInitScript(`new MutationObserver((_, watch) => {
      if (document.querySelector('.history-status') === null) return
      watch.disconnect()
      document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))
    }).observe(document, { childList: true, subtree: true })`)
    await ada.goTo(`/letters/${id}/history`)
    await ada.page.waitForURL(new RegExp(`/letters/${id}$`))
    ada.watched.expectNoErrors()
  })

  it('[T2] shows a long letter at any version, whichever was shown before', async function () {
    this.timeout(60_000)
    const id = await ada.createLetter('Schedule of loss')
    await ada.open(id)
    const lines = (count: number, name: string) =>
      Array.from({ length: count }, (_, line) => (line % 5 === 4 ? '\n' : `${name} ${line}\n`)).join('')
    for (const ops of [
      [{ insert: lines(300, 'Invoice') }],
      [{ retain: 900 }, { insert: lines(200, 'Receipt') }, { retain: 700 }, { delete: 400 }],
      [{ insert: 'Total\n' }, { retain: 3_000 }, { insert: '\n', attributes: { list: 'ordered' } }],
      [{ retain: 6 }, { delete: 3_800 }, { insert: 'Nil' }],
    ]) {
      const { version } = await ada.stored()
      await ada.page.evaluate(`collab.quill.updateContents(${JSON.stringify({ ops })}, 'user')`)
      await until('the next version', async () => (await ada.stored()).version > version)
    }
    await openHistory(ada)
    const { version: head } = await ada.stored()
    const slider = ada.page.getByRole('slider', { name: 'Version' })
    const shown = () =>
      ada.page
        .locator('.past-sheet .past-part')
        .evaluateAll((parts) =>
          parts.map((part) => [...part.children].map(({ textContent }) => textContent ?? '')),
        )
    for (const version of [5, 2, 4, 1, 3, 5, 4, 3, 2, 1]) {
      await slider.fill(String(version))
      const { content } = await ada.call<{ content: { ops: { insert: string }[] } }>(
        'GET',
        `/v1/docs/${id}?version=${version}`,
      )
      const text = content.ops.map(({ insert }) => insert).join('')
      await until(`version ${version}`, async () => `${(await shown()).flat().join('\n')}\n` === text)
      for (const part of await shown()) expect(part.length).to.be.within(1, 64)
    }
    expect(head).to.equal(5)
    ada.watched.expectNoErrors()
  })

  it('[T3] shows who wrote what at any version, and says of nobody that they left before it knows', async function () {
    this.timeout(60_000)
    await written()
    const asked = new Promise<Route>((resolve) => void ada.page.route('**/v1/members', resolve))
    await openHistory(ada)
    await ada.press('a')
    await ada.page.locator('.past-written').first().waitFor()
    const authors = () =>
      ada.page
        .locator('.past-written')
        .evaluateAll((marks) => marks.map((mark) => `${mark.getAttribute('data-tip')}: ${mark.textContent}`))
    const authorsAre = (ben: string) =>
      until(`${ben} beside Ada`, async () => {
        const [first, ...others] = await authors()
        return (
          first === 'Ada Marsh: Dear Madam,' &&
          others.join('; ') === `Ada Marsh: Our client is ; ${ben}: injured; Ada Marsh: .; ${ben}: Yours`
        )
      })
    await authorsAre('Somebody')
    await (await asked).continue()
    await authorsAre('Ben Okafor')
    await ada.page.unroute('**/v1/members')
    await ada.press('Home', 'ArrowRight')
    await until('one author', async () => (await authors()).every((words) => words.startsWith('Ada Marsh')))
  })

  it('keeps a named version, and compares the letter with it', async function () {
    this.timeout(60_000)
    await written()
    await openHistory(ben)
    await ben.page.getByRole('button', { name: 'Name it…' }).click()
    await ben.page.getByRole('textbox', { name: 'Name' }).fill('Sent to client')
    await ben.press('Enter')
    await ben.page.locator('.chip', { hasText: 'Sent to client' }).waitFor()
    await ada.press('Control+End')
    await ada.type(' faithfully')
    await ada.isSaved()
    await openHistory(ada)
    await ada.page.getByRole('tab', { name: 'Named' }).click()
    await ada.page.getByRole('button', { name: 'Sent to client' }).click()
    await says(ada, 'Dear Madam,\nOur client is injured.\nYours')
    await ada.press('End')
    await ada.page.getByRole('button', { name: 'Compare', exact: true }).click()
    await ada.page.getByRole('menuitemradio', { name: 'Sent to client' }).click()
    await says(ada, 'Dear Madam,\nOur client is injured.\nYours+ faithfully+')
  })

  it('[T4] restores a version for a reason while somebody else types, and undoes that', async function () {
    this.timeout(90_000)
    await written()
    await openHistory(ada)
    await sittings(ada).nth(1).click()
    await says(ada, '+Dear Madam,++¶+\n+Our client is well.++¶+\n+¶+')
    await ada.page.getByRole('button', { name: 'Restore this version…' }).click()
    await ada.page.locator('.preview .past-added').waitFor()
    const restore = ada.page.getByRole('button', { name: 'Restore', exact: true })
    await ada.page.getByRole('textbox', { name: 'Why?' }).press('Enter')
    await ada.page.getByText('Say why: it stays in the history.').waitFor()
    // What Ben writes while Ada looks at the preview is none of what she takes back.
    await ben.press('Control+Home')
    await ben.type('URGENT ')
    await ben.isSaved()
    await ada.page.getByRole('textbox', { name: 'Why?' }).fill('Wrong template')
    await restore.click()
    await ada.page.getByText('Done.').waitFor()
    await ben.type('AND NEW ')
    await ben.isSaved()
    expect(await ben.text()).to.equal('URGENT AND NEW Dear Madam,\nOur client is well.\n\n')
    await ada.page.getByText('“Wrong template”').waitFor()
    await ada.page.locator('.notice').getByRole('button', { name: 'Undo' }).click()
    await ada.page.getByText('Undone.').waitFor()
    await ben.sees('injured')
    await ada.page.getByRole('link', { name: 'Close history' }).click()
    await ada.reaches('live')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('URGENT AND NEW Dear Madam,\nOur client is injured.\nYours\n')
    ada.watched.expectNoErrors()
    ben.watched.expectNoErrors()
  })

  it('[T4] takes out what one person did, also only where I selected', async function () {
    this.timeout(90_000)
    await written()
    await openHistory(ada)
    await ada.page.getByRole('tab', { name: 'People' }).click()
    await ada.page.getByRole('button', { name: /^Ben Okafor/ }).click()
    // The second line.
    await ada.page.locator('.past-sheet p').nth(1).click({ clickCount: 3 })
    await ada.page.getByRole('button', { name: 'Take out only these edits…' }).click()
    const everything = ada.page.getByRole('radio', { name: 'Everything Ben Okafor ever did' })
    expect(await everything.isChecked()).to.equal(true)
    await ada.page.getByRole('checkbox', { name: /Only in the words I selected/ }).waitFor()
    await ada.page.locator('.preview .past-added').waitFor()
    await ada.page.getByRole('textbox', { name: 'Why?' }).fill('He is well')
    await ada.page.getByRole('button', { name: 'Take out', exact: true }).click()
    await ada.page.getByText('Done.').waitFor()
    await ben.sees('well')
    expect(await ben.text()).to.equal('Dear Madam,\nOur client is well.\nYours\n')
  })

  it('[A2] offers nothing to take back to whom it would be refused', async function () {
    this.timeout(60_000)
    await written()
    await openHistory(ben)
    await sittings(ben).nth(1).waitFor()
    expect(await ben.page.getByRole('button', { name: /Restore|Take out/ }).count()).to.equal(0)
  })

  it('looks as the letter looks in the editor, to the pixel', async function () {
    this.timeout(60_000)
    const eve = await firm.employ('Ada Marsh', { viewport: { width: 1680, height: 1000 } })
    const id = await eve.createLetter('Some of everything')
    await eve.open(id)
    for (const [keys, text] of [
      [['Control+Alt+1'], 'A heading\n'],
      [[], 'Plain, '],
      [['Control+b'], 'bold, '],
      [['Control+i'], 'both, '],
      [['Control+b', 'Control+u'], 'underlined'],
      [['Control+i', 'Control+u'], '.\n\n'],
      [['Control+Shift+7'], 'one\ntwo\n'],
      [['Tab'], 'deeper\n'],
      [['Enter', 'Enter', 'Control+Shift+8'], 'a point\n'],
      [['Enter', 'Control+Shift+9'], 'to do\n'],
      [['Enter', 'Control+Alt+2'], 'Another heading\n'],
    ] as const) {
      await eve.press(...keys)
      await eve.type(text)
    }
    await eve.isSaved()
    const picture = async () => {
      const { x, y } = (await eve.page.locator('.ql-editor:visible').boundingBox())!
      return eve.page.screenshot({ clip: { x, y, width: 800, height: 700 }, caret: 'hide' })
    }
    await eve.page.evaluate('document.activeElement.blur()')
    const edited = await picture()
    await openHistory(eve)
    const past = await picture()
    if (!edited.equals(past)) await eve.watched.screenshot('history-differs-from-editor')
    expect(edited.equals(past), 'see test/.artifacts/history-differs-from-editor.png').to.equal(true)
    await eve.close()
  })
})
