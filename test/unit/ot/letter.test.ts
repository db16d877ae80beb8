import { expect } from 'chai'
import type { LetterDocument, LetterOp } from '../../../ot/component.ts'
import { Delta } from '../../../ot/delta.ts'
import { letter } from '../../../ot/types.ts'
import { refusal } from './refusals.ts'

function letterOf(...ops: unknown[]): LetterDocument {
  return letter.parseCreate(ops) as LetterDocument
}

function op(...components: unknown[]): LetterOp {
  return letter.parseOp(components) as LetterOp
}

describe('a letter', () => {
  it('goes by the name and the URI of rich-text', () => {
    expect(letter.name).to.equal('rich-text')
    expect(letter.uri).to.equal('http://sharejs.org/types/rich-text/v1')
    expect(letter.ottype).to.include({ name: letter.name, uri: letter.uri })
  })

  it('shares with its next version what an op leaves alone', () => {
    const before = letterOf({ insert: 'a' }, { insert: 'b', attributes: { bold: true } }, { insert: 'c\n' })
    const after = letter.apply(before, op({ insert: 'x' })) as LetterDocument
    expect(after.ops.slice(1)).to.have.ordered.members(before.ops.slice(1))
    expect(before.ops[0]).to.deep.equal({ insert: 'a' })
  })

  it('[L8.3] merges what an op brings together', () => {
    const before = letterOf({ insert: 'a' }, { insert: 'b', attributes: { bold: true } }, { insert: 'c\n' })
    const plain = [{ insert: 'abc\n' }]
    expect(letter.apply(before, op({ retain: 1 }, { retain: 1, attributes: { bold: null } }))).to.deep.equal({
      ops: plain,
    })
    expect(letter.apply(before, op({ retain: 1 }, { delete: 1 }))).to.deep.equal({
      ops: [{ insert: 'ac\n' }],
    })
    const added = letter.apply(before, op({ retain: 1 }, { insert: 'x' }, { delete: 1 }))
    expect(added).to.deep.equal({ ops: [{ insert: 'axc\n' }] })
  })

  it('[L8.1] is the same byte for byte, whoever set its formats in whatever order', () => {
    const list = op({ retain: 1 }, { retain: 1, attributes: { list: 'bullet' } })
    const align = op({ retain: 1 }, { retain: 1, attributes: { align: 'center' } })
    const one = letter.apply(letter.apply(letterOf({ insert: 'a\n' }), list), align)
    const other = letter.apply(letter.apply(letterOf({ insert: 'a\n' }), align), list)
    expect(JSON.stringify(one)).to.equal(JSON.stringify(other))
  })

  it('[L8.5] has no-ops, which are told from ops', () => {
    expect(letter.isNoOp(op({ retain: 5 }))).to.equal(true)
    expect(letter.isNoOp(op())).to.equal(true)
    expect(letter.isNoOp(op({ retain: 5, attributes: { bold: null } }))).to.equal(false)
  })

  it('counts an embed as one and text in UTF-16 code units', () => {
    expect(
      letter.length(letterOf({ insert: '😀' }, { insert: { image: 'https://a/b' } }, { insert: '\n' })),
    ).to.equal(4)
  })

  it('says in a refusal nothing of the text that was sent', () => {
    for (const sent of [
      [{ insert: 'secret\0' }],
      [{ insert: 'a', attributes: { link: 'secret:' } }],
      [{ secret: 1 }],
    ]) {
      expect(refusal(() => letter.parseOp(sent)).message).to.not.include('secret')
    }
  })

  it('takes an inverse that would delete the last newline in another way', () => {
    const before = letterOf({ insert: 'a' }, { insert: '\n', attributes: { header: 1 } })
    const added = op({ retain: 2 }, { insert: 'b\n' })
    const after = letter.apply(before, added)
    expect(letter.apply(after, letter.invert(added, before))).to.deep.equal(before)
  })
})

describe('the registered type of letters', () => {
  const { ottype } = letter

  it('takes lists, {ops} and Deltas', () => {
    const components = [{ insert: 'x' }]
    for (const given of [components, { ops: components }, new Delta(components)]) {
      expect(ottype.apply(ottype.create([{ insert: 'a\n' }]), given)).to.deep.equal({
        ops: [{ insert: 'xa\n' }],
      })
    }
  })

  it('answers canonical ops for ops that are not', () => {
    const disorderly = [{ retain: 1, attributes: { italic: true, bold: true } }, { retain: 3 }]
    const orderly = { ops: [{ retain: 1, attributes: { bold: true, italic: true } }] }
    expect(JSON.stringify(ottype.normalize?.(disorderly))).to.equal(JSON.stringify(orderly))
    expect(JSON.stringify(ottype.transform(disorderly, [], 'left'))).to.equal(JSON.stringify(orderly))
    expect(JSON.stringify(ottype.compose(disorderly, []))).to.equal(JSON.stringify(orderly))
  })

  it('[L7.2] creates a letter with a newline when it is given nothing', () => {
    expect(ottype.create()).to.deep.equal({ ops: [{ insert: '\n' }] })
  })

  it('[L5.2] refuses what does not fit', () => {
    expect(refusal(() => ottype.apply(ottype.create(), [{ delete: 1 }])).data.rule).to.equal('L5.2')
  })

  it('moves a presence', () => {
    const moved = ottype.transformPresence?.({ index: 1, length: 2 }, { ops: [{ insert: 'abc' }] }, false)
    expect(moved).to.deep.equal({ index: 4, length: 2 })
  })

  it('leaves out invert, which ShareDB would call without the document', () => {
    expect(ottype).to.not.have.property('invert')
  })
})
