import { expect } from 'chai'
import type { CDPSession } from 'playwright-core'
import { atTwoDesks, converge, type Person } from './desk.ts'

/** Words that an input method composes: the browser owns the line until they are finished. */
describe('a word that is composed while others write', () => {
  let ada: Person
  let ben: Person
  let method: CDPSession

  atTwoDesks(async (desks) => {
    ;({ ada, ben } = desks)
    method = await ada.watched.context.newCDPSession(ada.page)
  })

  async function bothOpen(text: string): Promise<void> {
    const id = await ada.createLetter('手紙')
    await ada.open(id)
    await ada.type(text)
    await ada.isSaved()
    await ben.open(id)
    await ben.sees(text.split('\n').at(-1) as string)
  }

  /** Shows `text` as not yet chosen, in place of what was composed before. */
  const compose = (text: string) =>
    method.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
  const finish = (text: string) => method.send('Input.insertText', { text })

  /** Waits until what Ben wrote is in Ada's document, though perhaps not on her screen. */
  async function reachesAda(words: string): Promise<void> {
    await ada.page.waitForFunction((wanted) => {
      const scope = globalThis as unknown as { collab: { letter: { insert: unknown }[] } }
      return scope.collab.letter.some(({ insert }) => String(insert).includes(wanted))
    }, words)
  }

  it('[C5] what they write waits until it is finished', async () => {
    await bothOpen('前の文')
    await ada.goBehind('前の')
    await compose('にほ')
    await ben.goBehind('前')
    await ben.type('へ')
    await reachesAda('へ')
    expect(await ada.editor.textContent(), 'the line while it is composed').to.equal('前のにほ文')
    await compose('日本')
    await finish('日本')
    await converge(ada, ben)
    expect(await ada.text()).to.equal('前への日本文\n')
    expect(await ada.caret()).to.equal('前への日本|文\n')
  })

  it('[C5] a sentence of composed words stays whole while somebody types before, behind and after it', async () => {
    await bothOpen('我们。完')
    await ada.goBehind('我们')
    const writing = (async () => {
      for (const [steps, word] of [
        [['z', 'zh', 'zhe', '这'], '这'],
        [['f', 'fe', 'fen', '份'], '份'],
        [['x', 'xi', 'xin', '信'], '信'],
      ] as const) {
        for (const step of steps) await compose(step)
        await finish(word)
      }
    })()
    const meanwhile = (async () => {
      await ben.goBehind('完')
      await ben.type(' The end')
      await ben.press('Home')
      await ben.type('Dear ')
      await ben.press('End')
      await ben.type('.')
    })()
    await Promise.all([writing, meanwhile])
    await converge(ada, ben)
    expect(await ada.text()).to.equal('Dear 我们这份信。完 The end.\n')
    expect(await ada.caret()).to.equal('Dear 我们这份信|。完 The end.\n')
  })

  it('[C5] a letter with a dead key is one letter, whoever types beside it', async () => {
    await bothOpen('caf')
    await ada.press('End')
    await compose('´')
    await ben.press('Home')
    await ben.type('Le ')
    await reachesAda('Le ')
    await finish('é')
    await ada.type(' noir')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('Le café noir\n')
  })

  it('[C5] a word that is given up leaves nothing, and what came meanwhile is shown', async () => {
    await bothOpen('前の文')
    await ada.goBehind('前の')
    await compose('にほ')
    await ben.press('End')
    await ben.type('。')
    await reachesAda('。')
    await compose('')
    await finish('')
    await ada.page.getByText('前の文。').waitFor()
    await converge(ada, ben)
    expect(await ada.text()).to.equal('前の文。\n')
  })

  it('[C5] survives that its line is split, and that the words around it are deleted', async () => {
    await bothOpen('eins zwei drei vier')
    await ada.goBehind('eins zwei ')
    await compose('に')
    await ben.goBehind('eins')
    await ben.press('Enter')
    await ben.select('drei vier')
    await ben.press('Delete')
    await ben.isSaved()
    await ada.page.waitForFunction(
      (version) => {
        const scope = globalThis as unknown as { collab: { state: { version: number } } }
        return scope.collab.state.version >= version
      },
      (await ben.stored()).version,
    )
    expect(await ada.editor.textContent()).to.equal('eins zwei にdrei vier')
    await finish('二')
    await converge(ada, ben)
    expect(await ada.text()).to.equal('eins\n zwei 二\n')
    expect(await ada.caret()).to.equal('eins\n zwei 二|\n')
  })

  it('[C5] takes the place of the words that were selected, and they alone', async () => {
    await bothOpen('one two three')
    await ada.select('two')
    await compose('に')
    await ben.goBehind('one')
    await ben.type(' and')
    await reachesAda('one and')
    await finish('二')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('one and 二 three\n')
    // On a busy machine the words went more than a second before the word came: that makes two steps.
    for (let n = 0; n < 2 && !(await ada.text()).includes('two'); n++) await ada.press('Control+z')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('one and two three\n')
  })

  it('nothing went wrong in either page', () => {
    ada.watched.expectNoErrors()
    ben.watched.expectNoErrors()
  })
})
