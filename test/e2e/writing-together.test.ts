import { expect } from 'chai'
import { atTwoDesks, converge, type Person } from './desk.ts'

/** More often than there is something to take back: who types slowly takes it back in several steps. */
async function pressOften(person: Person, key: string): Promise<void> {
  for (let n = 0; n < 5; n++) await person.press(key)
}

describe('two people in one letter', () => {
  let ada: Person
  let ben: Person

  atTwoDesks((desks) => {
    ;({ ada, ben } = desks)
  })

  /** A letter with `text`, just opened at both desks. */
  async function bothOpen(text: string): Promise<void> {
    const id = await ada.createLetter('Letter before action')
    await ada.open(id)
    if (text !== '') await ada.type(text)
    await ada.isSaved()
    await ada.openAfresh(id)
    await ben.open(id)
    await ben.sees(text)
  }

  it('type into one paragraph at once, and both keep their words and their carets', async () => {
    await bothOpen('The quick fox jumps.')
    await ada.goBehind('quick')
    await ben.goBehind('jumps')
    await Promise.all([ada.type(' brown and very sly'), ben.type(' over the lazy dog')])
    await converge(ada, ben)
    expect(await ada.text()).to.equal('The quick brown and very sly fox jumps over the lazy dog.\n')
    expect(await ada.caret()).to.equal('and very sly| fox jumps o')
    expect(await ben.caret()).to.equal('the lazy dog|.\n')
  })

  it('type at one place at once, and nobody’s letters are lost or change their order', async () => {
    await bothOpen('Start end.')
    await ada.goBehind('Start ')
    await ben.goBehind('Start ')
    await Promise.all([ada.type('abcdefghij'), ben.type('0123456789')])
    await converge(ada, ben)
    const between = (await ada.text()).slice('Start '.length, -'end.\n'.length)
    expect(between.replace(/\d/g, '')).to.equal('abcdefghij')
    expect(between.replace(/\D/g, '')).to.equal('0123456789')
  })

  it('[C5] undo takes back my own edits only', async () => {
    await bothOpen('Dear Sir')
    await ada.goBehind('Dear Sir')
    await ada.type(' or Madam')
    await ada.isSaved()
    await ben.sees('or Madam')
    await ben.goBehind('Dear')
    await ben.type('est')
    await ben.isSaved()
    await ada.sees('Dearest')
    await pressOften(ada, 'Control+z')
    await converge(ada, ben)
    expect(await ada.text()).to.equal('Dearest Sir\n')
    await pressOften(ada, 'Control+Shift+z')
    await converge(ada, ben)
    expect(await ada.text()).to.equal('Dearest Sir or Madam\n')
    await pressOften(ben, 'Control+z')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('Dear Sir or Madam\n')
  })

  it('[C5] a letter just opened has nothing to undo', async () => {
    await bothOpen('Nothing of this is Ben’s.')
    await ben.press('Control+z')
    await ben.type('x')
    await converge(ada, ben)
    expect(await ben.text()).to.include('Nothing of this is Ben’s.')
  })

  it('format overlapping words at once', async () => {
    await bothOpen('We act for a client who was injured.')
    await ada.select('act for a client')
    await ben.select('a client who was')
    await Promise.all([ada.press('Control+b', 'Control+u'), ben.press('Control+i', 'Control+u')])
    await converge(ada, ben)
    expect(await ada.editor.innerHTML()).to.equal(await ben.editor.innerHTML())
    expect(await ada.caret()).to.equal('We |act for a client| who was inj')
  })

  it('[D5] give one line formats that exclude each other, and end with the same one', async () => {
    await bothOpen('Liability')
    await Promise.all([ada.press('Control+Alt+2'), ben.press('Control+Shift+8')])
    await converge(ada, ben)
    expect(await ada.editor.innerHTML()).to.equal(await ben.editor.innerHTML())
  })

  it('split and join lines under each other', async () => {
    await bothOpen('One two three four')
    await ada.goBehind('two')
    await ben.goBehind('three')
    await Promise.all([ada.press('Enter', 'Enter'), ben.press('Enter', 'Backspace', 'Enter')])
    await converge(ada, ben)
    expect(await ada.text()).to.equal('One two\n\n three\n four\n')
    expect(await ben.caret()).to.equal('two\n\n three\n| four\n')
  })

  it('everything at once: a minute of writing, formats and undo ends alike', async function () {
    this.timeout(60_000)
    await bothOpen('The account given to us is supported by two witnesses.')
    await ada.goBehind('account')
    await ben.goBehind('two')
    const adas = async () => {
      await ada.type(' of the driver')
      await ada.press('Enter', 'Control+Shift+7')
      await ada.type('first point')
      await ada.press('Enter', 'Tab')
      await ada.type('detail')
      await ada.press('Control+z', 'Control+b')
      await ada.type('bold 😀 end')
    }
    const bens = async () => {
      await ben.type(' independent')
      await ben.press('Shift+Home', 'Control+Shift+x', 'End', 'Enter', 'Control+Alt+1')
      await ben.type('Loss and damage')
      await ben.press('Control+a', 'Control+i', 'Control+z')
      await ben.press('End', 'Backspace', 'Backspace')
    }
    await Promise.all([adas(), bens()])
    await converge(ada, ben)
    expect(await ada.editor.innerHTML()).to.equal(await ben.editor.innerHTML())
  })

  it('what others write never takes the focus, and the place is found again', async () => {
    await bothOpen('Dear Sir')
    await ada.goBehind('Dear ')
    const title = ada.page.getByRole('textbox', { name: 'Title of the letter' })
    await title.click()
    await ben.goBehind('Dear')
    await ben.type('est')
    await ada.sees('Dearest')
    expect(await title.evaluate((input) => input === input.ownerDocument.activeElement)).to.equal(true)
    await ada.press('Enter')
    expect(await ada.caret()).to.equal('Dearest |Sir\n')
    await ada.type('Madam or ')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('Dearest Madam or Sir\n')
  })

  it('a format chosen for the next word survives what others write meanwhile', async () => {
    await bothOpen('Dear Sir')
    await ada.goBehind('Dear Sir')
    await ada.press('Control+b')
    await ben.goBehind('Dear')
    await ben.type('est')
    await ada.sees('Dearest')
    await ada.type('!')
    await converge(ada, ben)
    expect(await ada.content()).to.deep.equal({
      ops: [{ insert: 'Dearest Sir' }, { insert: '!', attributes: { bold: true } }, { insert: '\n' }],
    })
  })

  it('a selection keeps its words when others write inside and around it', async () => {
    await bothOpen('We act for a client who was injured.')
    await ada.select('a client who')
    await ben.goBehind('We')
    await ben.type(' now')
    await ben.goBehind('a client')
    await ben.type(' of ours')
    await ada.sees('of ours')
    expect(await ada.caret(4)).to.equal('for |a client of ours who| was')
    await ben.select('a client of ours who was ')
    await ben.press('Delete')
    await converge(ada, ben)
    expect(await ada.caret(4)).to.equal('for |inju')
  })

  it('nothing went wrong in either page', () => {
    ada.watched.expectNoErrors()
    ben.watched.expectNoErrors()
  })
})
