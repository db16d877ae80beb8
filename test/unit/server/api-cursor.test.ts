import { expect } from 'chai'
import fc from 'fast-check'
import { decodeCursor, encodeCursor } from '../../../server/api/cursor.ts'

describe('cursors', () => {
  it('say where a page ended, to whoever made them', () => {
    const position = fc.record({ createdUs: fc.nat({ max: 8_000_000_000_000_000 }), id: fc.uuid() })
    fc.assert(
      fc.property(position, (ended) => {
        const cursor = encodeCursor(ended)
        expect(cursor).to.match(/^[\w-]+$/)
        expect(decodeCursor(cursor)).to.deep.equal(ended)
      }),
    )
  })

  it('that were never handed out are none', () => {
    const encode = (text: string) => Buffer.from(text).toString('base64url')
    const id = '00000000-0000-4000-8000-00000000000a'
    const words = [
      '',
      'x',
      encode(''),
      encode(id),
      encode(`-1 ${id}`),
      encode(`1e9 ${id}`),
      encode(`1 ${id} 2`),
    ]
    for (const word of [...words, encode(`99999999999999999 ${id}`), encode('1 x'), encode(`1 ${id}\n`)]) {
      expect(decodeCursor(word), word).to.equal(null)
    }
    fc.assert(fc.property(fc.string(), (word) => decodeCursor(word) === null))
  })
})
