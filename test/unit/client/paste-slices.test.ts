import { expect } from 'chai'
import { textSlices } from '../../../client/editor/paste-slices.ts'

describe('a long text, cut into slices', () => {
  const cut = (text: string, size: number): string[] => [...textSlices(text, size)]

  it('is cut behind the last line feed that fits', () => {
    expect(cut('one\ntwo\nthree\nfour\n', 9)).to.deep.equal(['one\ntwo\n', 'three\n', 'four\n'])
  })

  it('keeps a line whole that is a little too long', () => {
    expect(cut('aaaaaaaaaaaa\nbbbbbbbb', 8)).to.deep.equal(['aaaaaaaaaaaa\n', 'bbbbbbbb'])
  })

  it('cuts a line that is far too long, and no pair of surrogates', () => {
    const text = 'x'.repeat(7) + '😀'.repeat(20)
    const slices = cut(text, 8)
    expect(slices.join('')).to.equal(text)
    for (const slice of slices) {
      expect(slice).to.not.match(/\p{Cs}/u)
      expect(slice.length).to.be.at.most(13)
    }
  })

  it('leaves no scrap for the end', () => {
    expect(cut('aaaa\nbbbb\nc', 10)).to.deep.equal(['aaaa\nbbbb\nc'])
  })

  it('has nothing to cut where there is no text', () => {
    expect(cut('', 8)).to.deep.equal([])
  })
})
