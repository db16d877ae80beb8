import { expect } from 'chai'
import { imageAddress, linkAddress } from '../../../client/editor/web-address.ts'

describe('addresses that people type', () => {
  const links: Record<string, string | null> = {
    'https://example.com/a?b=c#d': 'https://example.com/a?b=c#d',
    'http://example.com': 'http://example.com',
    'example.com': 'https://example.com',
    'www.example.com/path': 'https://www.example.com/path',
    'example.com:8080/x': 'https://example.com:8080/x',
    ' example.com ': 'https://example.com',
    'mailto:a@example.com': 'mailto:a@example.com',
    'a.b@example.com': 'mailto:a.b@example.com',
    'https://example.com/a b': 'https://example.com/a%20b',
    'https://example.com/"><script>': 'https://example.com/%22%3E%3Cscript%3E',
    'javascript:alert(1)': null,
    'JaVaScRiPt:alert(1)': null,
    'java\nscript:alert(1)': null,
    'data:text/html,x': null,
    'vbscript:x': null,
    'file:///etc/passwd': null,
    '//example.com': null,
    '/local/path': null,
    word: null,
    '': null,
  }
  for (const [typed, expected] of Object.entries(links)) {
    it(`as a link, ${JSON.stringify(typed)} is ${expected ?? 'refused'}`, () => {
      expect(linkAddress(typed)).to.equal(expected)
    })
  }

  const images: Record<string, string | null> = {
    'https://example.com/a.png': 'https://example.com/a.png',
    'example.com/a.png': 'https://example.com/a.png',
    'http://example.com/a.png': null,
    'data:image/png;base64,AAAA': null,
    'javascript:alert(1)': null,
    '': null,
  }
  for (const [typed, expected] of Object.entries(images)) {
    it(`as an image, ${JSON.stringify(typed)} is ${expected ?? 'refused'}`, () => {
      expect(imageAddress(typed)).to.equal(expected)
    })
  }

  it('refuses an address that is longer than a letter takes', () => {
    expect(linkAddress(`https://example.com/${'a'.repeat(3000)}`)).to.equal(null)
  })
})
