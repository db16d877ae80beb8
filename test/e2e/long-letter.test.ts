import { expect } from 'chai'
import fc from 'fast-check'
import { atTwoDesks, converge, type Person } from './desk.ts'

interface Line {
  readonly text: string
  readonly list?: 'ordered' | 'bullet'
  readonly header?: number
}

/** What a letter's page exposes, and its document, as far as this file uses them. */
interface Block {
  readonly length: number
  readonly textContent: string
  readonly children: ArrayLike<Block>
  readonly tagName: string
  readonly className: string
  contains(node: unknown): boolean
}
declare const document: {
  getSelection(): { readonly anchorNode: unknown }
  querySelector(selector: string): Block
  querySelectorAll(selector: string): ArrayLike<Block>
}
declare const collab: {
  readonly letter: { insert: unknown; attributes?: unknown }[]
  readonly quill: {
    readonly editor: { getDelta(): { ops: unknown[] } }
    getContents(): { ops: unknown[] }
    getLength(): number
    getSemanticHTML(index: number, length: number): string
    setContents(ops: unknown[], source: string): void
    insertText(index: number, text: string, source: string): void
    deleteText(index: number, length: number, source: string): void
    formatLine(index: number, length: number, name: string, value: unknown, source: string): void
  }
}

describe('a letter that is long enough to be laid out in stretches', () => {
  let ada: Person
  let ben: Person

  atTwoDesks((desks) => {
    ;({ ada, ben } = desks)
  })

  const ordinary = (count: number): Line[] =>
    Array.from({ length: count }, (_, n) => ({ text: `Line ${n} of the letter.` }))

  async function open(lines: readonly Line[]): Promise<void> {
    const id = await ada.createLetter('A long letter')
    await ada.open(id)
    const ops = lines.flatMap(({ text, ...attributes }) => [
      { insert: text },
      { insert: '\n', ...(Object.keys(attributes).length > 0 && { attributes }) },
    ])
    await ada.page.evaluate((letter) => collab.quill.setContents(letter, 'user'), ops)
    await ada.isSaved()
    await ada.openAfresh(id)
    await ada.sees(lines.at(-1)!.text)
    await ben.open(id)
    await ben.sees(lines.at(-1)!.text)
  }

  /** The same for the same seed. */
  function someEdits(seed: number): { kind: number; place: number; lines: number }[] {
    const random = fc.tuple(
      fc.nat(5),
      fc.nat(1_000),
      fc.oneof({ weight: 6, arbitrary: fc.nat(2) }, fc.nat(60)),
    )
    return fc
      .sample(random, { numRuns: 25, seed })
      .map(([kind, place, lines]) => ({ kind, place: place / 1_000, lines: lines + 1 }))
  }

  /** The first words of each stretch. */
  const stretches = (person: Person): Promise<string[]> =>
    person.page.evaluate(() =>
      Array.from(document.querySelectorAll('.stretch'), ({ children }) => children[0]!.textContent),
    )

  /**
   * Waits until every block is in a stretch, but perhaps the one that the person is in, and no stretch is too long or empty, and no
   * list in two of them.
   */
  async function areTidy(person: Person): Promise<void> {
    await person.page.waitForFunction(() => {
      const parts = Array.from(document.querySelector('.ql-editor').children)
      const { anchorNode } = document.getSelection()
      return parts.every((part, n) => {
        const { className, children } = part
        if (className !== 'stretch') return part.contains(anchorNode)
        const next = parts[n + 1]
        const last = children[children.length - 1]
        const isOneList = last?.tagName === 'OL' && next?.children[0]?.tagName === 'OL'
        return children.length > 0 && children.length <= 48 && !isOneList
      })
    })
  }

  it('is written over their edges as if there were none', async function () {
    this.timeout(30_000)
    await open(ordinary(100))
    await areTidy(ada)
    const [, second] = await stretches(ada)
    const first = `Line ${Number(second!.split(' ')[1]) - 1} of the letter.`
    await ada.goBehind(first)
    await ada.press('ArrowRight', 'Backspace')
    expect(await ada.caret(8)).to.equal(' letter.|Line 24 ')
    await ada.press('Control+z')
    await ada.goBehind(first)
    await ada.press('Delete')
    await ada.write(' And ')
    await ada.press('Enter')
    await ada.goBehind('Line 99 of the letter.')
    for (let n = 0; n < 5; n++) await ada.press('Enter', 'x')
    await converge(ada, ben)
    const text = ordinary(100)
      .map((line) => line.text)
      .join('\n')
    expect(await ada.text()).to.equal(`${text.replace(`${first}\n`, `${first} And \n`)}${'\nx'.repeat(5)}\n`)
  })

  it('has one list over an edge, and is copied without it', async function () {
    this.timeout(30_000)
    await open(ordinary(100))
    await areTidy(ada)
    const [, second] = await stretches(ada)
    const text = await ada.text()
    const edge = text.indexOf(second!)
    const before = text.lastIndexOf('\n', edge - 2) + 1
    await ada.page.evaluate(
      ([at, length]) => collab.quill.formatLine(at, length, 'list', 'ordered', 'user'),
      [before, edge - before + 1] as const,
    )
    await areTidy(ada)
    const copied = await ada.page.evaluate(([at, length]) => collab.quill.getSemanticHTML(at, length), [
      before - 4,
      edge - before + 30,
    ] as const)
    const item = (n: number): string => `<li>Line&nbsp;${n}&nbsp;of&nbsp;the&nbsp;letter.</li>`
    const first = Number(second!.split(' ')[1])
    expect(copied).to.equal(`<p>er.</p><ol>${item(first - 1)}${item(first)}</ol><p>Lin</p>`)
  })

  it('is the same letter after any edits, and stays in stretches', async function () {
    this.timeout(60_000)
    await open([
      { text: 'Heading', header: 1 },
      ...ordinary(60),
      ...ordinary(30).map((line): Line => ({ ...line, list: 'ordered' })),
      ...ordinary(60),
    ])
    for (let round = 1; round <= 6; round++) {
      await ada.page.evaluate((edits) => {
        const { quill } = collab
        for (const { kind, place, lines } of edits) {
          const at = Math.floor(place * (quill.getLength() - 1))
          const length = lines * 24
          if (kind === 0) quill.deleteText(at, length, 'user')
          else if (kind === 1) quill.insertText(at, 'one\ntwo\nthree', 'user')
          else if (kind === 2) quill.insertText(at, 'line\n'.repeat(lines), 'user')
          else if (kind === 3) quill.formatLine(at, length, 'list', 'ordered', 'user')
          else if (kind === 4) quill.formatLine(at, length, 'list', false, 'user')
          else quill.formatLine(at, length, 'header', 2, 'user')
        }
      }, someEdits(round))
      await areTidy(ada)
      const [read, known, kept] = await ada.page.evaluate(
        () => [collab.quill.editor.getDelta().ops, collab.quill.getContents().ops, collab.letter] as const,
      )
      expect(known, 'what the editor knows').to.deep.equal(read)
      expect(kept, 'what is kept').to.deep.equal(read)
    }
    await converge(ada, ben)
    await areTidy(ben)
  })

  it('nothing went wrong in either page', () => {
    ada.watched.expectNoErrors()
    ben.watched.expectNoErrors()
  })
})
