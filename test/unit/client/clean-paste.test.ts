import { expect } from 'chai'
import { cleanPaste } from '../../../client/editor/clean-paste.ts'
import { letter } from '../../../ot/letter.ts'

describe('what stays of a paste', () => {
  it('keeps the formats that letters know', () => {
    const known = [
      { insert: 'a', attributes: { bold: true, color: '#a4262c', link: 'https://example.com' } },
      { insert: '\n', attributes: { header: 2 } },
    ]
    expect(cleanPaste(known)).to.deep.equal(known)
  })

  it('drops formats and values that letters do not know, and never the words', () => {
    const pasted = [
      { insert: 'words', attributes: { table: 1, size: '33px', font: 'Comic Sans MS', bold: true } },
    ]
    expect(cleanPaste(pasted)).to.deep.equal([{ insert: 'words', attributes: { bold: true } }])
  })

  it('leaves the format of a line to its end, and that of words to the words', () => {
    const both = { bold: true, header: 2 } as const
    expect(cleanPaste([{ insert: 'One\nTwo', attributes: both }])).to.deep.equal([
      { insert: 'One', attributes: { bold: true } },
      { insert: '\n', attributes: { header: 2 } },
      { insert: 'Two', attributes: { bold: true } },
    ])
  })

  it('drops the blue and the line under a link, which letters draw themselves', () => {
    const link = 'https://example.com'
    for (const color of ['#0563c1', 'rgb(17, 85, 204)', '#00e'])
      expect(cleanPaste([{ insert: 'a', attributes: { link, color, underline: true } }])).to.deep.equal([
        { insert: 'a', attributes: { link } },
      ])
  })

  it('takes pale grey for the ink of a dark screen, and keeps it as a mark', () => {
    expect(cleanPaste([{ insert: 'a', attributes: { color: '#d1d2d3' } }])).to.deep.equal([{ insert: 'a' }])
    const marked = [{ insert: 'a', attributes: { background: '#d1d2d3' } }]
    expect(cleanPaste(marked)).to.deep.equal(marked)
  })

  it('makes the smallest heading of the deeper ones', () => {
    expect(cleanPaste([{ insert: '\n', attributes: { header: 5 } }])).to.deep.equal([
      { insert: '\n', attributes: { header: 3 } },
    ])
  })

  it('drops links that run code and keeps their text', () => {
    const pasted = [{ insert: 'click', attributes: { link: 'javascript:alert(1)' } }]
    expect(cleanPaste(pasted)).to.deep.equal([{ insert: 'click' }])
  })

  it('drops pictures that are not at an https address', () => {
    const pasted = [
      { insert: { image: 'data:image/png;base64,AAAA' } },
      { insert: { video: 'https://example.com/v' } },
      { insert: { image: 'https://example.com/a.png' }, attributes: { alt: 'x', width: '10' } },
    ]
    expect(cleanPaste(pasted)).to.deep.equal([{ insert: { image: 'https://example.com/a.png' } }])
  })

  for (const colour of [
    '#000',
    '#000000',
    'black',
    'rgb(0, 0, 0)',
    '#1f1f1f',
    'windowtext',
    '#ffffff',
    'rgba(0, 0, 0, 0)',
  ]) {
    it(`takes ${colour} for ordinary and drops it`, () => {
      expect(cleanPaste([{ insert: 'a', attributes: { color: colour } }])).to.deep.equal([{ insert: 'a' }])
    })
  }

  for (const colour of ['#a4262c', 'rgb(10, 80, 200)', 'red', '#08f', '#777777']) {
    it(`keeps ${colour}, which somebody chose`, () => {
      expect(cleanPaste([{ insert: 'a', attributes: { color: colour } }])).to.deep.equal([
        { insert: 'a', attributes: { color: colour } },
      ])
    })
  }

  it('takes out the characters that no letter can hold', () => {
    expect(cleanPaste([{ insert: 'a\u0000b\ud800c\r\nd' }, { insert: '\u0000' }])).to.deep.equal([
      { insert: 'abc\nd' },
    ])
  })

  it('leaves nothing that the server would refuse', () => {
    const pasted = [
      {
        insert: 'x',
        attributes: { link: `https://example.com/${'a'.repeat(5000)}`, background: 'url(x)', list: 'none' },
      },
      {
        insert: '\n',
        attributes: { indent: 12, align: 'start', direction: 'ltr', 'code-block': 'javascript' },
      },
    ]
    expect(() => letter.parseOp(cleanPaste(pasted))).to.not.throw()
  })
})
