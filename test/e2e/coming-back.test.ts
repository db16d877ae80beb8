import { expect } from 'chai'
import { atTwoDesks, CUT, converge, type Firm, type Person } from './desk.ts'

/** Where the person was and what they can take back, whatever happens around them. */
describe('the place of a person in a letter', () => {
  let firm: Firm
  let ada: Person
  let ben: Person

  atTwoDesks((desks) => {
    ;({ firm, ada, ben } = desks)
  })

  const undoButton = () => ada.page.getByRole('button', { name: 'Undo' })

  /** A letter of Ben's with `text`, in which Ada has written nothing. */
  async function bothOpen(text: string): Promise<string> {
    const id = await ben.createLetter('Letter before action')
    await ben.open(id)
    await ben.type(text)
    await ben.isSaved()
    await ada.open(id)
    await ada.sees(text)
    return id
  }

  it('[C5] after a reload my own edits can be taken back, step by step, and nobody else’s', async () => {
    await bothOpen('Dear Sir')
    await ada.press('Control+End')
    await ada.write(' or Madam')
    await ada.write(', hello')
    await ada.isSaved()
    await ada.page.goto('about:blank')
    await ben.press('Control+Home')
    await ben.type('My ')
    await ben.select('hello')
    await ben.press('Control+b')
    await ben.isSaved()
    await ada.page.goBack()
    await ada.isBack()
    await ada.sees('My Dear Sir or Madam, hello')
    await ada.reload()
    await ada.press('Control+z')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('My Dear Sir or Madam\n')
    await ada.press('Control+z')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('My Dear Sir\n')
    await ada.press('Control+z')
    await ada.reload()
    await ada.press('Control+Shift+z', 'Control+Shift+z')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('My Dear Sir or Madam, hello\n')
  })

  it('[C5] after a visit to the list too', async () => {
    await bothOpen('Dear Sir')
    await ada.press('Control+End')
    await ada.write(' or Madam')
    await ada.page.getByRole('link', { name: 'All letters' }).click()
    await ada.page.getByRole('heading', { name: 'Letters', exact: true }).waitFor()
    await ada.page.goBack()
    await ada.isBack()
    await ada.press('Control+z')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('Dear Sir\n')
  })

  it('what could be taken back is gone from the tab when its person signs out', async () => {
    await bothOpen('Confidential')
    await ada.press('Control+End')
    await ada.type(' indeed')
    await ada.isSaved()
    await ada.page.getByRole('button', { name: 'You are Ada Marsh' }).click()
    await ada.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await ada.page.getByRole('heading', { name: 'Continue as' }).waitFor()
    expect(await ada.page.evaluate('JSON.stringify({...sessionStorage})')).to.not.include('indeed')
    await ada.close()
    ada = await firm.employ('Ada Marsh')
  })

  /** Where the line with the words stands on Ada's screen, px from its top. */
  const heightOf = async (words: string): Promise<number> => {
    const box = await ada.page.locator('.ql-editor p', { hasText: words }).boundingBox()
    if (!box) throw new Error(`${words} is nowhere`)
    return Math.round(box.y)
  }

  for (const isWriting of [true, false]) {
    it(`[C5] the page stays where it is while others write above and below, ${isWriting ? 'with' : 'without'} a caret in it`, async function () {
      this.timeout(40_000)
      const paragraphs = Array.from({ length: 120 }, (_, n) => `Paragraph ${n} of a long letter.`)
      const id = await ben.createLetter('A long letter')
      await ben.open(id)
      await ben.paste('', paragraphs.join('\n'))
      await ben.isSaved()
      await ada.open(id)
      await ada.sees('Paragraph 119')
      await ada.goBehind('Paragraph 60')
      if (!isWriting) {
        await ada.page.evaluate('document.activeElement.blur()')
        await ada.page.locator('.ql-editor p', { hasText: 'Paragraph 60' }).scrollIntoViewIfNeeded()
      }
      const before = await heightOf('Paragraph 60')
      expect(before).to.be.within(60, 900)
      await ben.press('Control+Home')
      await ben.type('A first line\nA second line\nA third line\n')
      await ben.paste('', 'Many lines at once\n'.repeat(40))
      await ben.press('Control+End')
      await ben.type('\nThe end.')
      await ben.isSaved()
      await ada.sees('The end.')
      await ada.isPainted()
      expect(await heightOf('Paragraph 60')).to.be.within(before - 2, before + 2)
      if (!isWriting) return
      expect(await ada.caret(12)).to.equal('Paragraph 60| of a long l')
      await ada.type('!')
      await converge(ada, ben)
      expect(await heightOf('Paragraph 60!')).to.be.within(before - 2, before + 2)
    })
  }

  it('there is nothing to take back in a letter in which one has written nothing', async () => {
    await bothOpen('Dear Sir')
    expect(await undoButton().getAttribute('aria-disabled')).to.equal('true')
  })

  it('nothing went wrong in either page', () => {
    ada.watched.expectNoErrors(...CUT)
    ben.watched.expectNoErrors(...CUT)
  })
})
