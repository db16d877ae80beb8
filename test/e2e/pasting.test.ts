import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { WATCH_PAUSES } from '../harness/longest-pause.ts'
import { atTwoDesks, converge, type Person } from './desk.ts'

/** What other programs put on the clipboard (`.clip`), and the letter it becomes (`.letter`): a line for each run. */
const CLIPBOARD = join(dirname(fileURLToPath(import.meta.url)), 'clipboard')
const read = (file: string): string => readFileSync(join(CLIPBOARD, file), 'utf8')
const programs = readdirSync(CLIPBOARD)
  .filter((file) => file.endsWith('.clip'))
  .map((file) => file.slice(0, -'.clip'.length))

/**
 * The longest time between two answers of the page while it writes a long paste, as a share of all the time that takes: a
 * machine that does a lot else makes both longer. Written at once, it would be all of it. On two cores that do nothing else it
 * is about 140 ms.
 */
const LONGEST_SHARE = 1 / 3

interface Run {
  readonly insert: unknown
  readonly attributes?: unknown
}

describe('what is pasted', () => {
  let ada: Person
  let ben: Person

  atTwoDesks((desks) => {
    ;({ ada, ben } = desks)
  })

  it('there are programs to paste from', () => {
    expect(programs).to.have.length.of.at.least(6)
  })

  for (const program of programs) {
    it(`from ${program} keeps its words and the formats of letters`, async () => {
      await ada.open(await ada.createLetter(program))
      await ada.paste(read(`${program}.clip`))
      await converge(ada)
      const { ops } = (await ada.content()) as { ops: Run[] }
      const runs = ops.map(({ insert, attributes }) =>
        [insert, attributes].filter((part) => part !== undefined).map((part) => JSON.stringify(part)),
      )
      expect(runs.map((run) => run.join(' ')).join('\n')).to.equal(read(`${program}.letter`).trimEnd())
    })
  }

  /** A megabyte of a web page: paragraphs with a bold word in each, headings between them. */
  function megabyte(): string {
    const words = 'goes on until it is about a hundred characters long, give or take a few of them.'
    return Array.from({ length: 10_000 }, (_, n) =>
      n % 7 === 0 ? `<h2>Heading ${n} ${words}</h2>` : `<p>Line ${n} <b>bold</b> ${words}</p>`,
    ).join('\n')
  }

  it('[C5] a megabyte is written little by little, while everybody types on, and taken back alone', async function () {
    this.timeout(240_000)
    const id = await ada.createLetter('Exhibit')
    await ada.open(id)
    await ada.type('Before. After.')
    await ada.isSaved()
    await ben.open(id)
    await ben.sees('Before. After.')
    await ada.goBehind('Before.')
    await ada.page.evaluate(WATCH_PAUSES)
    const began = performance.now()
    await ada.paste(megabyte())
    await ben.goBehind('Before')
    await ben.type(' Ben')
    await ada.type(' Ada')
    await ben.page.locator('p', { hasText: 'Line 9999 ' }).waitFor({ timeout: 150_000 })
    const longest = await ada.page.evaluate<number>('longestPause')
    const whole = performance.now() - began
    await converge(ada, ben)
    const text = await ada.text()
    expect(text.slice(0, 21)).to.equal('Before Ben.Heading 0 ')
    expect(text.slice(-26)).to.equal('a few of them. Ada After.\n')
    const numbers = [...text.matchAll(/^(?:.*Heading|Line) (\d+) /gm)].map(([, n]) => Number(n))
    expect(numbers).to.deep.equal(Array.from({ length: 10_000 }, (_, n) => n))
    expect(longest, `the longest pause of ${whole} ms`).to.be.within(1, whole * LONGEST_SHARE)
    console.log(`      the longest pause was ${Math.round(longest)} ms of ${Math.round(whole)}`)

    // What Ada typed in the middle may have begun steps of its own.
    for (let n = 0; n < 12 && (await ada.text()).includes('Line'); n++) await ada.press('Control+z')
    await converge(ada, ben)
    expect(await ben.text()).to.equal('Before Ben. After.\n')
  })

  it('[C5] a long paste is one step of undo and of redo', async function () {
    this.timeout(60_000)
    await ada.open(await ada.createLetter('Exhibit'))
    await ada.type('Before. ')
    const text = 'A line of the exhibit\n'.repeat(3_000)
    await ada.paste('', text)
    await ada.page.locator('.ql-editor p').nth(3_000).waitFor()
    await ada.press('Control+z')
    expect(await ada.text()).to.equal('Before. \n')
    await ada.press('Control+Shift+z')
    await converge(ada)
    expect(await ada.text()).to.equal(`Before. ${text}\n`)
  })

  it('taking a long paste back while it is written ends it', async function () {
    this.timeout(60_000)
    await ada.open(await ada.createLetter('Exhibit'))
    await ada.paste(megabyte())
    await ada.press('Control+z')
    await converge(ada)
    expect(await ada.text()).to.equal('\n')
    await ada.type('Calm.')
    await converge(ada)
    expect(await ada.text()).to.equal('Calm.\n')
  })

  it('leaving the letter in the middle of a long paste leaves none of it behind', async function () {
    this.timeout(60_000)
    const id = await ada.createLetter('Exhibit')
    await ada.open(id)
    await ada.paste('', 'A line of the exhibit\n'.repeat(6_000))
    await ada.page.getByRole('link', { name: 'All letters' }).click()
    await ada.page.getByRole('heading', { name: 'Letters' }).waitFor()
    await ben.open(id)
    await ben.page.waitForFunction(
      (length) => {
        const scope = globalThis as unknown as { collab: { quill: { getLength(): number } } }
        return scope.collab.quill.getLength() === length
      },
      6_000 * 'A line of the exhibit\n'.length + 1,
    )
  })

  it('nothing went wrong in either page', () => {
    // The pictures of the examples are nowhere, and the page's own policy speaks up against their scripts.
    ada.watched.expectNoErrors(/ERR_NAME_NOT_RESOLVED/, /inline event handler violates/)
    ben.watched.expectNoErrors()
  })
})
