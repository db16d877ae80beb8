import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import { converge, Firm, type Person } from './desk.ts'

describe('everything by keyboard alone', () => {
  let firm: Firm
  let ada: Person

  before(async function () {
    this.timeout(60_000)
    firm = await Firm.open()
    ada = await firm.employ('Ada Marsh')
  })
  after(async () => {
    await ada?.close()
    await firm?.close()
  })

  /** The name of what has the focus, as a screen reader would say it. */
  const focused = (): Promise<string> =>
    ada.page.evaluate<string>(`(() => {
      const element = document.activeElement
      return element.getAttribute('aria-label') ?? element.textContent.trim()
    })()`)
  const titles = () => ada.page.locator('.row-title').allInnerTexts()

  it('a letter is created, named and written', async () => {
    await ada.goTo('/?debug')
    await ada.page.getByText('No letters yet').waitFor()
    await ada.press('n')
    await ada.page.getByRole('textbox', { name: 'Title of the letter' }).waitFor()
    await ada.type('Settlement offer')
    await ada.press('Enter')
    // As soon as the letter is there: it is being made meanwhile.
    await until('the caret in the letter', async () => (await focused()) === 'Letter')
    await ada.type('Without prejudice')
    await ada.page.locator('[data-phase="live"][data-unsent="0"]').waitFor()
    expect(await ada.page.title()).to.equal('Settlement offer · Copperplate')
    expect(await ada.editor.textContent()).to.equal('Without prejudice')
  })

  it('the toolbar is reached, walked and left', async () => {
    await ada.press('Alt+F10')
    expect(await focused()).to.match(/^Paragraph style/)
    await ada.press('ArrowRight', 'ArrowRight')
    expect(await focused()).to.equal('Italic')
    await ada.press('End')
    expect(await focused()).to.equal('Redo')
    await ada.press('Escape')
    expect(await focused()).to.equal('Letter')
    await ada.press('Control+a', 'Alt+F10', 'Home', 'ArrowDown', 'ArrowDown', 'Enter')
    await ada.editor.locator('h1').waitFor()
    expect(await focused()).to.equal('Letter')
  })

  it('a link is added to words, corrected, followed by plain words, and taken away', async () => {
    await ada.press('Control+a', 'Control+k')
    await ada.page.getByRole('dialog', { name: 'Link' }).waitFor()
    await ada.type('javascript:alert(1)')
    await ada.press('Enter')
    await ada.page.getByText('Use a web address').waitFor()
    await ada.press('Control+a')
    await ada.type('example.com/offer')
    await ada.press('Enter')
    await ada.editor.locator('a[href="https://example.com/offer"]').waitFor()
    await ada.type(' and plain')
    expect(await ada.editor.locator('a').textContent()).to.equal('Without prejudice')
    await ada.press('Home', 'ArrowRight', 'Control+k', 'Shift+Tab')
    await ada.press('Escape')
    expect(await focused()).to.equal('Letter')
    await ada.press('Control+k')
    await ada.page.getByRole('button', { name: 'Remove link' }).press('Enter')
    await ada.editor.locator('a').waitFor({ state: 'detached' })
    expect(await ada.editor.textContent()).to.equal('Without prejudice and plain')
  })

  it('the letter is left with Escape and Tab, and Tab alone writes a tab', async () => {
    await ada.press('End', 'Tab')
    expect(await focused()).to.equal('Letter')
    await ada.press('Escape', 'Shift+Tab')
    expect(await focused()).to.not.equal('Letter')
  })

  it('the skip link leads into the letter', async () => {
    await ada.page.reload()
    await ada.reaches('live')
    await ada.page.locator('.skip').focus()
    await ada.press('Enter')
    expect(await focused()).to.equal('Letter')
  })

  it('a letter is found, opened and left', async () => {
    await ada.createLetter('Demand letter')
    await ada.createLetter('Reply to counsel')
    await ada.goTo('/')
    await ada.page.getByRole('link', { name: 'Demand letter' }).waitFor()
    expect(await titles()).to.deep.equal(['Reply to counsel', 'Demand letter', 'Settlement offer'])
    await ada.press('/')
    await ada.type('LETTER')
    expect(await titles()).to.deep.equal(['Demand letter'])
    await ada.press('Escape')
    expect(await titles()).to.have.length(3)
    await ada.page.getByRole('link', { name: 'Reply to counsel' }).focus()
    await ada.press('ArrowDown', 'Enter')
    await ada.reaches('live')
    expect(await ada.page.title()).to.equal('Demand letter · Copperplate')
    await ada.page.goBack()
    await ada.page.getByRole('link', { name: 'Demand letter' }).waitFor()
  })

  it('a letter is renamed in its row, by key or by menu, and Escape leaves it as it was', async () => {
    await ada.page.getByRole('link', { name: 'Demand letter' }).focus()
    await ada.press('F2')
    await ada.type('Demand letter: collision')
    await ada.press('Enter')
    await ada.page.getByRole('link', { name: 'Demand letter: collision' }).waitFor()
    await ada.page.waitForFunction(`document.activeElement.textContent === 'Demand letter: collision'`)
    await ada.press('F2')
    await ada.type('Something else')
    await ada.press('Escape')
    // At once: with the next frame it would be taken from whatever has it by then.
    expect(await focused()).to.equal('Demand letter: collision')
    expect(await titles()).to.include('Demand letter: collision')
    await ada.page.getByRole('button', { name: 'More for Reply to counsel' }).focus()
    await ada.press('Enter')
    await ada.page.getByRole('menuitem', { name: 'Rename' }).waitFor()
    await ada.press('r', 'Enter')
    await ada.page.getByRole('textbox', { name: 'Title' }).waitFor()
    await ada.type('Reply')
    await ada.press('Enter')
    await ada.page.getByRole('link', { name: 'Reply', exact: true }).waitFor()
    // On screen at once, and on the server when it has answered.
    await until('the new titles', async () => {
      const { docs } = await ada.call<{ docs: { title: string }[] }>('GET', '/v1/docs')
      return docs.map(({ title }) => title).join('; ') === 'Reply; Demand letter: collision; Settlement offer'
    })
  })

  it('a letter is archived after one question, which Escape answers with no', async () => {
    await ada.page.getByRole('link', { name: 'Reply', exact: true }).focus()
    await ada.press('Delete')
    await ada.page.getByRole('dialog', { name: 'Archive “Reply”?' }).waitFor()
    await ada.press('Escape')
    await ada.page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await focused()).to.equal('Reply')
    await ada.press('Delete')
    await ada.page.getByRole('dialog').waitFor()
    await ada.press('Tab', 'Enter')
    await ada.page.getByRole('link', { name: 'Reply', exact: true }).waitFor({ state: 'detached' })
    expect(await titles()).to.deep.equal(['Demand letter: collision', 'Settlement offer'])
  })

  it('the next press after Escape is for the list, however late the browser says that the dialog is closed', async () => {
    const neverSays = () => {
      const page = globalThis as unknown as {
        document: EventTarget & {
          addEventListener(name: string, heed: (event: Event) => void, capture: true): void
        }
      }
      page.document.addEventListener('close', (event) => event.stopImmediatePropagation(), true)
    }
    await ada.page.evaluate(neverSays)
    await ada.page.getByRole('link', { name: 'Settlement offer' }).focus()
    await ada.press('Delete')
    await ada.page.getByRole('dialog').waitFor()
    await ada.press('Escape')
    expect(await focused()).to.equal('Settlement offer')
    await ada.press('Delete')
    await ada.page.getByRole('dialog').waitFor()
    await ada.press('Escape')
    expect(await ada.page.locator('dialog').count()).to.equal(0)
  })

  it('every format has its key', async () => {
    const id = await ada.createLetter('Formats')
    await ada.open(id)
    await ada.type('words')
    const keys: [string, string][] = [
      ['Control+b', '"bold":true'],
      ['Control+i', '"italic":true'],
      ['Control+u', '"underline":true'],
      ['Control+Shift+x', '"strike":true'],
      ['Control+.', '"script":"super"'],
      ['Control+,', '"script":"sub"'],
      ['Control+e', '"code":true'],
      ['Control+Alt+1', '"header":1'],
      ['Control+Alt+3', '"header":3'],
      ['Control+Shift+8', '"list":"bullet"'],
      ['Control+Shift+7', '"list":"ordered"'],
      ['Control+Shift+9', '"list":"unchecked"'],
      ['Control+Enter', '"list":"checked"'],
      ['Control+]', '"indent":1'],
      ['Control+Shift+e', '"align":"center"'],
      ['Control+Shift+r', '"align":"right"'],
      ['Control+Shift+j', '"align":"justify"'],
      ['Control+Shift+.', '"blockquote":true'],
      ['Control+Alt+c', '"code-block":true'],
    ]
    for (const [key, format] of keys) {
      await ada.press('Control+a', key)
      expect(JSON.stringify(await ada.content()), key).to.include(format)
    }
    await ada.press('Control+a', 'Control+Alt+0', 'Control+a', 'Control+\\')
    await converge(ada)
    const { content } = await ada.stored()
    expect(content).to.deep.equal({ ops: [{ insert: 'words\n' }] })
  })

  it('nothing went wrong in the page', () => ada.watched.expectNoErrors())
})
