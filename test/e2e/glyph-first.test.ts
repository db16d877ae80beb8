import { expect } from 'chai'
import { Random, SEED } from '../harness/random.ts'
import { atTwoDesks, converge, type Person } from './desk.ts'

/** From now on the page waits for a frame that does not come, as it does for a moment with every key. `LET_GO` ends that. */
const HOLD = `new Promise((held) => {
  if (window.letGo) return held()
  const [frame, later] = [requestAnimationFrame, setTimeout]
  window.requestAnimationFrame = () => 0
  window.setTimeout = (task, ms, ...rest) => (ms === 100 ? 0 : later(task, ms, ...rest))
  window.letGo = () => {
    Object.assign(window, { requestAnimationFrame: frame, setTimeout: later, letGo: undefined })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }
  // By then the frames that were waited for before have come or been given up, and the turns behind them are over.
  later(() => later(held), 100)
})`
const LET_GO = 'window.letGo?.()'

/** The letter as the page shows it, without what holds a place for the next word's format, and as Quill last looked at it. */
const SHOWN = `[...document.querySelectorAll('.ql-editor :is(p, li, h1, h2)')].map((line) => line.textContent + '\\n').join('').replaceAll('\\ufeff', '')`
const READ = `collab.editor.quill.editor.delta.ops.map(({ insert }) => insert).join('')`

describe('a character is painted before anything of ours runs for it', () => {
  let ada: Person
  let ben: Person
  let id: string

  atTwoDesks(async (desks) => {
    ;({ ada, ben } = desks)
    id = await ada.createLetter('Letter before action')
    for (const person of [ada, ben]) await person.open(id)
  })
  afterEach(() => ada.page.evaluate(LET_GO))

  /** The letter is `text` and nothing else, at both desks, Ada behind it and nothing to be undone. */
  async function begin(text: string): Promise<void> {
    await ada.page.evaluate(
      `collab.quill.setText(${JSON.stringify(text)}, 'user'); collab.quill.history.clear()`,
    )
    await converge(ada, ben)
    await ada.goBehind(text)
  }

  /** Ada types, and nothing but the browser has heard of it. */
  async function typesUnheard(text: string): Promise<void> {
    await ada.page.evaluate(HOLD)
    // In the turn in which Quill would hear of it: in a later one somebody may have asked.
    await ada.page.evaluate(`window.afterKey = new Promise((resolve) => {
      const look = () => queueMicrotask(() => resolve([${SHOWN}, ${READ}]))
      collab.editor.quill.root.addEventListener('input', () => queueMicrotask(look), { once: true })
    })
    null`)
    await ada.page.keyboard.insertText(text)
    const [shown, read] = await ada.page.evaluate<[string, string]>('window.afterKey')
    expect(shown, 'what is on the screen').to.include(text)
    expect(read, 'what Quill has looked at').not.to.include(text)
  }

  /** @returns what everybody has then */
  async function end(): Promise<string> {
    await ada.page.evaluate(`${LET_GO}; collab.editor.enable(true)`)
    await converge(ada, ben)
    const text = await ada.text()
    expect(await ada.page.evaluate(SHOWN), 'what is on the screen').to.equal(text)
    return text
  }

  it('first the key, then the frame, then the letter', async () => {
    await begin('Dear Sir')
    await ada.page.evaluate(`{
      window.order = []
      const { root } = collab.editor.quill
      root.addEventListener('input', () => {
        order.push('key')
        requestAnimationFrame(() => order.push('frame'))
      })
      collab.editor.quill.on('text-change', () => order.push('letter'))
    }`)
    let order: string[] = []
    // A key that comes just behind a frame that somebody else waited for is read with what they do.
    for (let keys = 0; keys < 5 && order[1] !== 'frame'; keys++) {
      await ada.page.evaluate('order.length = 0')
      await ada.page.keyboard.insertText('s')
      await ada.page.waitForFunction(() => (globalThis as unknown as { order: string[] }).order.length === 3)
      order = await ada.page.evaluate('order')
    }
    expect(order).to.deep.equal(['key', 'frame', 'letter'])
    expect(await end()).to.match(/^Dear Sirs+\n$/)
  })

  it('a page of which no frame is drawn is not waited for', async () => {
    await begin('Dear Sir')
    await ada.page.evaluate(
      'window.drawnFrame = requestAnimationFrame; window.requestAnimationFrame = () => 0',
    )
    await ada.page.keyboard.insertText(' or Madam')
    await ben.sees('Dear Sir or Madam')
    await ada.page.evaluate('window.requestAnimationFrame = window.drawnFrame')
  })

  it('a frame that comes after it was given up is not taken for another', async () => {
    await begin('Dear Sir')
    await ada.page.evaluate(`{
      const frames = []
      window.drawnFrame = requestAnimationFrame
      window.requestAnimationFrame = (draw) => frames.push(draw)
      collab.editor.quill.once('text-change', () => (window.givenUp = [...frames]))
    }`)
    await ada.page.keyboard.insertText('s')
    await ada.page.waitForFunction(() => (globalThis as unknown as { givenUp?: unknown[] }).givenUp)
    // It comes, and the turn behind it does not end.
    await ada.page.evaluate(`window.requestAnimationFrame = window.drawnFrame
      ${HOLD}.then(() => new Promise((come) => {
        for (const draw of givenUp) draw()
        const later = setTimeout
        window.setTimeout = (task, ms, ...rest) => (ms === undefined ? 0 : later(task, ms, ...rest))
        later(() => later(come))
      }))`)
    await typesUnheard(' or Madam')
    expect(await end()).to.equal('Dear Sirs or Madam\n')
  })

  const next: readonly [what: string, act: () => Promise<unknown>, then: string][] = [
    ['is taken back', () => ada.press('Backspace'), 'Dear Sir! O\n'],
    ['is undone', () => ada.press('Control+z'), 'Dear Sir\n'],
    ['is followed by a line', () => ada.press('Enter'), 'Dear Sir! Oh\n\n'],
    ['is followed by another', () => ada.page.keyboard.insertText(' no'), 'Dear Sir! Oh no\n'],
    ['is written over', () => ada.press('Control+Shift+ArrowLeft', 'a'), 'Dear Sir! a\n'],
    ['is followed by what is pasted', () => ada.paste('', ' dear'), 'Dear Sir! Oh dear\n'],
    [
      'is typed where others write',
      () => ben.goBehind('Dear').then(() => ben.type('est')),
      'Dearest Sir! Oh\n',
    ],
    [
      'is typed before nothing else may be',
      () => ada.page.evaluate('collab.editor.enable(false)'),
      'Dear Sir! Oh\n',
    ],
    ['is asked for', () => ada.page.evaluate('collab.session'), 'Dear Sir! Oh\n'],
  ]
  for (const [what, act, then] of next) {
    it(`what ${what} before the frame is in the letter as it was meant`, async () => {
      await begin('Dear Sir')
      await typesUnheard('! Oh')
      await act()
      if (what.includes('others')) await ben.isSaved()
      expect(await end()).to.equal(then)
    })
  }

  it('words that are to be bold are, and those before them are not', async () => {
    await begin('Dear Sir')
    await typesUnheard(', and')
    await ada.press('Control+b')
    await ada.page.keyboard.insertText(' Madam')
    expect(await end()).to.equal('Dear Sir, and Madam\n')
    const bold = { insert: ' Madam', attributes: { bold: true } }
    expect(await ada.content()).to.deep.equal({ ops: [{ insert: 'Dear Sir, and' }, bold, { insert: '\n' }] })
  })

  it('what is copied has it', async () => {
    await begin('Dear Sir')
    await typesUnheard(' or Madam')
    await ada.page.evaluate(`{
      document.getSelection().selectAllChildren(document.querySelector('.ql-editor'))
      const clipboardData = new DataTransfer()
      const event = new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true })
      document.querySelector('.ql-editor').dispatchEvent(event)
      window.copied = clipboardData.getData('text/plain')
    }`)
    expect(await ada.page.evaluate('copied')).to.include('Dear Sir or Madam')
    expect(await end()).to.equal('Dear Sir or Madam\n')
  })

  it('[C1] a page that is left before the frame has it on the device', async () => {
    await begin('Dear Sir')
    await ada.watched.context.setOffline(true)
    await ada.reaches('offline')
    await typesUnheard(' or Madam')
    await ada.page.goto('about:blank')
    await ada.watched.context.setOffline(false)
    await ada.open(id)
    await ada.sees('Dear Sir or Madam')
    await converge(ada, ben)
  })

  it(`whatever is typed, in any order, while another types: seed ${SEED}`, async function () {
    this.timeout(120_000)
    await begin('One. Two. Three. Four.')
    const random = new Random()
    const keys = [
      'Backspace',
      'Enter',
      'ArrowLeft',
      'ArrowRight',
      'Home',
      'Shift+ArrowLeft',
      'Delete',
      'Control+b',
      'Control+z',
    ]
    let isOver = false
    const others = (async () => {
      while (!isOver) await ben.type(random.pick(['one ', 'of ', 'them ']))
    })()
    for (let n = 0; n < 200; n++) {
      if (random.chance(0.3)) await ada.page.evaluate(random.chance(0.5) ? HOLD : LET_GO)
      if (random.chance(0.6)) await ada.page.keyboard.insertText(random.pick(['a', 'e', ' ', 'n', 'the']))
      else await ada.press(random.pick(keys))
    }
    isOver = true
    await others
    await end()
  })
})
