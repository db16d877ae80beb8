import { expect } from 'chai'
import { missingText, textOf, writtenText } from '../../../client/sync/draft.ts'

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
    const of = (text: string) => [{ insert: `${text}\n` }]
    const had = of('Dear Sir or Madam, with kind regards')
    expect(missingText(had, of('Dear Sir'))).to.equal('or Madam, with kind regards')
    expect(missingText(had, of('Dear Sir or Madam'))).to.equal(', with kind regards')
    expect(missingText(had, [])).to.equal('Dear Sir or Madam, with kind regards')
    expect(missingText(of('Dear Sir'), had), 'deletions that were lost').to.equal('')
    expect(had).to.deep.equal(of('Dear Sir or Madam, with kind regards'))
  })

  it('has the whole letter as text', () => {
    expect(
      textOf([{ insert: 'a' }, { insert: { image: 'https://example.com/a.png' } }, { insert: '\n' }]),
    ).to.equal('a[image]\n')
  })
})
