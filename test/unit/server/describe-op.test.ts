import { expect } from 'chai'
import { type Change, LoggedOp } from '../../../ot/logged-op.ts'
import { json1, letter } from '../../../ot/types.ts'
import { describeOp } from '../../../server/workers/describe-op.ts'

function logged(change: Change | Record<string, never>): LoggedOp {
  const body = JSON.stringify(change)
  const nobody = { source: null, seq: null, author: null, origin: null, meta: null }
  return new LoggedOp({ version: 1, time: 0, body, ...nobody })
}

describe('an op in words', () => {
  const cases: readonly [string, unknown[], string][] = [
    ['an insertion', [{ insert: 'hello' }], '+"hello"'],
    [
      'where, what, how much and how',
      [{ retain: 12 }, { insert: 'hello' }, { delete: 3 }, { retain: 5, attributes: { bold: true } }],
      '@12 +"hello" -3 *5{bold}',
    ],
    [
      'positions in the text after the op',
      [{ retain: 2 }, { insert: 'abc' }, { retain: 4 }, { delete: 1 }],
      '@2 +"abc" @9 -1',
    ],
    [
      'formats with values, and taken away',
      [{ retain: 1, attributes: { bold: null, header: 1, link: 'https://a.b/' } }],
      '*1{-bold header:1 link:"https://a.b/"}',
    ],
    ['an image', [{ insert: { image: 'https://a.b/c.png' } }], '+{"image":"https://a.b/c.png"}'],
    ['an op that does nothing', [], 'nothing'],
    ['line ends and quotes escaped', [{ insert: 'a\n"b"\\' }], '+"a\\n\\"b\\"\\\\"'],
    [
      'nothing that a terminal would obey',
      [{ insert: '\u001b[31m\u009b1m\u202e\u2028' }],
      '+"\\u001b[31m\\u{9b}1m\\u{202e}\\u{2028}"',
    ],
    ['an emoji as it is', [{ insert: '😀' }], '+"😀"'],
    ['a long text cut, with its length', [{ insert: 'x'.repeat(1_000) }], `+"${'x'.repeat(60)}"…(1000)`],
  ]
  for (const [what, ops, line] of cases) {
    it(`shows ${what}`, () => {
      expect(describeOp(logged({ op: { ops } }), letter)).to.equal(line)
    })
  }

  it('shows creation and deletion', () => {
    const create = { create: { type: letter.uri, data: { ops: [{ insert: 'Hi\n' }] } } }
    expect(describeOp(logged(create), letter)).to.equal('create rich-text +"Hi\\n"')
    expect(describeOp(logged({ del: true }), letter)).to.equal('delete the document')
    expect(describeOp(logged({}), letter)).to.equal('nothing')
  })

  it('shows an op of another type as JSON', () => {
    expect(describeOp(logged({ op: ['a', { i: 'x\u202e' }] }), json1)).to.equal('["a",{"i":"x\\u{202e}"}]')
  })

  it('shows what a log that was tampered with holds', () => {
    expect(describeOp(logged({ op: { insert: 1 } }), letter)).to.equal('{"insert":1}')
    expect(describeOp(logged({ op: 'x' }), letter)).to.equal('"x"')
  })
})
