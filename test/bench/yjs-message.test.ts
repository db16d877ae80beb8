/** The updates in here were made with yjs 13.6.33. */

import { expect } from 'chai'
import { typed, varUint, YjsReader } from '../../scripts/bench/load/yjs-message.ts'

const FIRST = '0101ac0200040107636f6e74656e74016100'
const SECOND = '0101ac020184ac0200016200'
const MERGED = '0202ac0200040107636f6e74656e74016184ac02000162010700040107636f6e74656e7402787900'
/** "plain ", "bold" in bold, "ü😀" and a newline, without its second and third character. */
const FORMATTED =
  '01070900040107636f6e74656e7401708109000284090203696e2086090504626f6c64047472756584090604626f6c6486090a04626f6c64046e756c6c84090b07c3bcf09f98800a0109010102'

interface Item {
  readonly author: number
  readonly from: number
  readonly to: number
}

function read(hex: string): { items: Item[]; visible: number } {
  const items: Item[] = []
  let all = 0
  new YjsReader(Buffer.from(hex, 'hex')).update((author, from, to, visible) => {
    items.push({ author, from, to })
    all += visible
  })
  return { items, visible: all }
}

describe('Yjs messages of a load generator', () => {
  it('type the first character of an author as yjs does', () => {
    expect(Buffer.from(typed(300, 0, 'a')).toString('hex')).to.equal(FIRST)
  })

  it('type the next character behind the one before as yjs does', () => {
    expect(Buffer.from(typed(300, 1, 'b')).toString('hex')).to.equal(SECOND)
  })

  it('tell whose characters a merged update holds', () => {
    expect(read(MERGED).items).to.deep.equal([
      { author: 300, from: 0, to: 1 },
      { author: 300, from: 1, to: 2 },
      { author: 7, from: 0, to: 2 },
    ])
  })

  it('count the characters that can be seen, in UTF-16 code units', () => {
    expect(read(FORMATTED).visible).to.equal('pain bold'.length - 1 + 'ü😀\n'.length)
  })

  it('write numbers in groups of seven bits and read them again', () => {
    for (const value of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 40 + 3]) {
      expect(new YjsReader(Buffer.from(varUint(value))).varUint()).to.equal(value)
    }
  })
})
