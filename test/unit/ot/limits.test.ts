import { expect } from 'chai'
import type { LetterDocument } from '../../../ot/component.ts'
import { json1, letter } from '../../../ot/types.ts'
import { LIMITS } from '../../../ot/wire.ts'
import { refusal } from './refusals.ts'

function times<Item>(count: number, item: (i: number) => Item): Item[] {
  return Array.from({ length: count }, (_, i) => item(i))
}

/**
 * Checks that what is just at a limit is taken, and what is just over it refused with the rule and the limit.
 */
function limit(rule: string, value: number, atLimit: () => unknown, overLimit: () => unknown): void {
  atLimit()
  const { code, data } = refusal(overLimit)
  expect({ code, ...data }).to.deep.equal({ code: 'op/too-large', rule, limit: value })
}

const url = (length: number) => `https://a/${'x'.repeat(length - 'https://a/'.length)}`
const embeds = (count: number) => times(count, () => ({ insert: { image: 'https://a/b' } }))

describe('the limits of letters', () => {
  const { opComponents, opInsertLength, urlLength, documentLength, documentComponents } = LIMITS

  it('[L6.1] an op has so many components, and no more', () => {
    const op = (count: number) =>
      letter.parseOp(times(count, (i) => (i % 2 ? { insert: 'a' } : { retain: 1 })))
    limit(
      'L6.1',
      opComponents,
      () => op(opComponents),
      () => op(opComponents + 1),
    )
  })

  it('[L6.2] an op inserts so much, and no more, however it is spread', () => {
    const op = (length: number) =>
      letter.parseOp([{ insert: 'a'.repeat(length - 1) }, { retain: 1 }, { insert: 'b' }])
    limit(
      'L6.2',
      opInsertLength,
      () => op(opInsertLength),
      () => op(opInsertLength + 1),
    )
  })

  it('[L6.3] a URL is so long, and no longer, in a link and in an image', () => {
    const link = (length: number) => letter.parseOp([{ insert: 'a', attributes: { link: url(length) } }])
    const image = (length: number) => letter.parseOp([{ insert: { image: url(length) } }])
    limit(
      'L6.3',
      urlLength,
      () => link(urlLength),
      () => link(urlLength + 1),
    )
    limit(
      'L6.3',
      urlLength,
      () => image(urlLength),
      () => image(urlLength + 1),
    )
  })

  it('[L6.4] an op reaches as far as the longest letter, and no further', () => {
    const op = (length: number) => letter.parseOp([{ retain: length - 1 }, { delete: 1 }])
    limit(
      'L6.4',
      documentLength,
      () => op(documentLength),
      () => op(documentLength + 1),
    )
  })

  it('[L6.4] a letter is so long, and no longer, when it is created and after every op', () => {
    const create = (length: number) => letter.parseCreate([{ insert: `${'a'.repeat(length - 1)}\n` }])
    limit(
      'L6.4',
      documentLength,
      () => create(documentLength),
      () => create(documentLength + 1),
    )
    const insert = (length: number) => letter.apply(create(length), letter.parseOp([{ insert: 'ab' }]))
    limit(
      'L6.4',
      documentLength,
      () => insert(documentLength - 2),
      () => insert(documentLength - 1),
    )
  })

  it('[L6.5] a letter has so many components, and no more, when it is created and after every op', () => {
    const create = (count: number) => letter.parseCreate([...embeds(count - 1), { insert: '\n' }])
    limit(
      'L6.5',
      documentComponents,
      () => create(documentComponents),
      () => create(documentComponents + 1),
    )
    const insert = (count: number) => letter.apply(create(count), letter.parseOp(embeds(1)))
    limit(
      'L6.5',
      documentComponents,
      () => insert(documentComponents - 1),
      () => insert(documentComponents),
    )
  })

  it('[L6.4] a letter over a limit can be made smaller', () => {
    const tooLong: LetterDocument = { ops: [{ insert: `${'a'.repeat(documentLength + 9)}\n` }] }
    expect(letter.length(letter.apply(tooLong, letter.parseOp([{ delete: 3 }])))).to.equal(documentLength + 7)
  })

  it('the registered type takes a letter of any length, for a client that holds edits it has not sent', () => {
    const full = letter.parseCreate([{ insert: `${'a'.repeat(documentLength - 1)}\n` }])
    const after = letter.ottype.apply(full, letter.parseOp([{ insert: 'b' }]))
    expect(letter.length(after)).to.equal(documentLength + 1)
  })
})

describe('the limits of JSON documents', () => {
  const { opComponents, opInsertLength, documentLength, messageDepth } = LIMITS
  const key = (i: number) => `k${String(i).padStart(6, '0')}`

  it('[J6.1] an op has so many items, and no more', () => {
    // Each part is a list of a key and a component: three items with the list itself.
    const op = (items: number) =>
      json1.parseOp(['a', ...times((items - 1) / 3, (i) => [key(i), { r: true }])])
    limit(
      'J6.1',
      opComponents,
      () => op(opComponents - 1),
      () => op(opComponents + 2),
    )
  })

  it('[J6.1] the steps of a text edit count as items', () => {
    const op = (items: number) => json1.parseOp(['a', { es: times(items - 2, () => 1) }])
    limit(
      'J6.1',
      opComponents,
      () => op(opComponents),
      () => op(opComponents + 1),
    )
  })

  it('[J6.2] a document is so large, and no larger, when it is created and after every op', () => {
    const create = (size: number) => json1.parseCreate({ a: 'x'.repeat(size - 3) })
    limit(
      'J6.2',
      documentLength,
      () => create(documentLength),
      () => create(documentLength + 1),
    )
    const insert = (size: number) => json1.apply(create(size), json1.parseOp(['b', { i: 'xy' }]))
    limit(
      'J6.2',
      documentLength,
      () => insert(documentLength - 4),
      () => insert(documentLength - 3),
    )
  })

  it('[J6.3] an op inserts so much, and no more, however it is spread', () => {
    const op = (size: number) =>
      json1.parseOp([
        ['a', { i: 'x'.repeat(size - 2) }],
        ['b', { i: 1 }],
      ])
    limit(
      'J6.3',
      opInsertLength,
      () => op(opInsertLength),
      () => op(opInsertLength + 1),
    )
    const edit = (size: number) => json1.parseOp(['a', { es: ['x'.repeat(size)] }])
    limit(
      'J6.3',
      opInsertLength,
      () => edit(opInsertLength),
      () => edit(opInsertLength + 1),
    )
  })

  it('[J6.4] a value, a path and a document are so deep, and no deeper', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) })
    const insert = (depth: number) => json1.parseOp(['a', { i: nested(depth) }])
    limit(
      'J6.4',
      messageDepth,
      () => insert(messageDepth),
      () => insert(messageDepth + 1),
    )
    const path = (depth: number) => json1.parseOp([...times(depth, () => 'a'), { r: true }])
    limit(
      'J6.4',
      messageDepth,
      () => path(messageDepth),
      () => path(messageDepth + 1),
    )
    const create = (depth: number) => json1.parseCreate(nested(depth))
    limit(
      'J6.4',
      messageDepth,
      () => create(messageDepth),
      () => create(messageDepth + 1),
    )
    const deepen = (depth: number) =>
      json1.apply(create(depth), json1.parseOp([...times(depth, () => 'a'), { r: true, i: {} }]))
    limit(
      'J6.4',
      messageDepth,
      () => deepen(messageDepth - 1),
      () => deepen(messageDepth),
    )
  })

  it('[J6.4] a value that is nested as deep as a message can be is refused, and does not exhaust the stack', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    expect(refusal(() => json1.parseOp(['a', { i: deep }])).data.rule).to.equal('J6.4')
    expect(refusal(() => json1.parseCreate({ a: deep })).data.rule).to.equal('J6.4')
    expect(refusal(() => json1.parseOp(deep)).data.rule).to.equal('J1.6')
  })
})
