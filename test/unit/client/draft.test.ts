import { expect } from 'chai'
import { type DraftRecord, mergedInto, missingFrom, textOf, writtenText } from '../../../client/sync/draft.ts'
import { compose } from '../../../ot/algebra.ts'
import type { Insert } from '../../../ot/component.ts'

const of = (text: string): Insert[] => [{ insert: `${text}\n` }]

describe('the draft of what was not saved', () => {
  it('[C3] is what was typed, key by key, as one text', () => {
    expect(
      writtenText([
        [{ retain: 4 }, { insert: 'v' }],
        [{ retain: 5 }, { insert: 'ery' }],
      ]),
    ).to.equal('very')
  })

  it('[C3] puts words written in different places on lines of their own', () => {
    const ops = [[{ insert: 'Dear Sir,' }], [{ retain: 60 }, { insert: 'Yours faithfully' }]]
    expect(writtenText(ops)).to.equal('Dear Sir,\nYours faithfully')
  })

  it('[C3] leaves out what the person took back', () => {
    expect(writtenText([[{ insert: 'wrong right' }], [{ delete: 6 }]])).to.equal('right')
  })

  it('[C3] is empty for deletions and formats', () => {
    expect(writtenText([[{ delete: 3 }], [{ retain: 2, attributes: { bold: true } }]])).to.equal('')
  })

  it('[C3] names an image, which cannot be copied as text', () => {
    expect(writtenText([[{ insert: 'See ' }, { insert: { image: 'https://example.com/a.png' } }]])).to.equal(
      'See [image]',
    )
  })

  it('[S9] is the words of a letter that another has not, when those were lost', () => {
    const had = of('Dear Sir or Madam, with kind regards')
    const missing = (today: Insert[], past: Insert[]) => writtenText([missingFrom(today, past)])
    expect(missing(of('Dear Sir'), had)).to.equal('or Madam, with kind regards')
    expect(missing(of('Dear Sir or Madam'), had)).to.equal(', with kind regards')
    expect(missing([], had)).to.equal('Dear Sir or Madam, with kind regards')
    expect(missing(had, of('Dear Sir')), 'deletions that were lost').to.equal('')
    expect(had).to.deep.equal(of('Dear Sir or Madam, with kind regards'))
  })

  const merges: [string, DraftRecord['ops'], string, string][] = [
    ['words elsewhere', [[{ retain: 8 }, { insert: ' or Madam' }]], 'My Dear Sir', 'My Dear Sir or Madam'],
    ['words at one place', [[{ retain: 4 }, { insert: ' old' }]], 'Dear good Sir', 'Dear old good Sir'],
    ['a deletion both made', [[{ delete: 5 }]], 'Sir', 'Sir'],
    ['words in what is gone', [[{ retain: 2 }, { insert: 'x' }]], 'Sir', 'xSir'],
    ['several ops', [[{ insert: 'A' }], [{ retain: 9 }, { insert: 'Z' }]], 'Dear old Sir', 'ADear old SirZ'],
  ]
  for (const [what, ops, today, merged] of merges) {
    it(`[C3] merges ${what} into the letter of today`, () => {
      const op = mergedInto({ base: of('Dear Sir'), ops }, of(today))
      expect(textOf(compose(of(today), op))).to.equal(`${merged}\n`)
    })
  }

  it('has the whole letter as text', () => {
    expect(
      textOf([{ insert: 'a' }, { insert: { image: 'https://example.com/a.png' } }, { insert: '\n' }]),
    ).to.equal('a[image]\n')
  })
})
