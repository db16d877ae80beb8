import { expect } from 'chai'
import fc from 'fast-check'
import { differenceOfLines, isSame, joined, joinedLater } from '../../../client/editor/line-difference.ts'
import type { Insert, LetterDocument } from '../../../ot/component.ts'
import { Delta } from '../../../ot/delta.ts'
import { letter } from '../../../ot/letter.ts'
import { letters, realise, recipes } from '../../property/arbitrary.ts'
import { property, Tally } from '../../property/property.ts'

describe('what changed between two letters, found by their lines', () => {
  const tally = new Tally()

  /** Lines that say what one of `known` says are that object, as Quill has it. */
  function linesOf({ ops }: LetterDocument, known: readonly Delta[] = []): Delta[] {
    const lines: Delta[] = []
    new Delta(ops as Insert[]).eachLine((line, attributes) => {
      lines.push(line.concat(new Delta().insert('\n', attributes)))
    })
    return lines.map((line) => known.find(({ ops }) => isSame(ops, line.ops)) ?? line)
  }
  const sameText = (delta: Delta, { ops }: LetterDocument) =>
    expect(isSame(delta.ops, joined(linesOf({ ops })).ops)).to.equal(true)

  property('makes the one of the other', fc.tuple(letters, recipes), ([start, recipe]) => {
    const end = letter.apply(start, realise(start, recipe)) as LetterDocument
    const before = linesOf(start)
    const after = linesOf(end, before)
    tally.count(
      'lines that stay',
      before.some((line) => after.includes(line)),
    )
    tally.count(
      'lines that change',
      before.some((line) => !after.includes(line)),
    )
    sameText(joined(before).compose(differenceOfLines(before, after, undefined)), end)
  })

  property(
    'wherever it is said that the person was',
    fc.tuple(letters, recipes, fc.nat(60), fc.nat(5), fc.nat(60)),
    ([start, recipe, from, length, to]) => {
      const end = letter.apply(start, realise(start, recipe)) as LetterDocument
      const before = linesOf(start)
      const selection = { oldRange: { index: from, length }, newRange: { index: to, length: 0 } }
      const change = differenceOfLines(before, linesOf(end, before), selection)
      sameText(joined(before).compose(change), end)
    },
  )

  tally.assertNotVacuous('some lines stayed and others changed')

  it('a letter that is put together later is the same letter', () => {
    const lines = linesOf({ ops: [{ insert: 'a' }, { insert: 'b\nc\n', attributes: { bold: true } }] })
    const later = joinedLater(lines)
    expect(later.ops).to.deep.equal(joined(lines).ops)
    expect(later.ops).to.equal(later.ops)
    expect(later.compose(new Delta().retain(1).delete(1)).ops).to.deep.equal([
      { insert: 'a' },
      { insert: '\nc\n', attributes: { bold: true } },
    ])
  })

  it('says nothing where nothing changed', () => {
    const lines = linesOf({ ops: [{ insert: 'a\nb\n' }] } as LetterDocument)
    expect(differenceOfLines(lines, [...lines], undefined).ops).to.deep.equal([])
  })

  it('tells which of several equal letters was typed by where the caret is', () => {
    const before = linesOf({ ops: [{ insert: 'first\naaa\n' }] } as LetterDocument)
    const after = linesOf({ ops: [{ insert: 'first\naaaa\n' }] } as LetterDocument, before)
    const selection = { oldRange: { index: 7, length: 0 }, newRange: { index: 8, length: 0 } }
    expect(differenceOfLines(before, after, selection).ops).to.deep.equal([{ retain: 7 }, { insert: 'a' }])
  })

  it('sees that an attribute is another, or missing', () => {
    expect(isSame([{ insert: 'a', attributes: { bold: true } }], [{ insert: 'a' }])).to.equal(false)
    expect(isSame([{ insert: { image: 'x' } }], [{ insert: { image: 'y' } }])).to.equal(false)
    expect(isSame([{ insert: { image: 'x' } }], [{ insert: { image: 'x' } }])).to.equal(true)
  })
})
