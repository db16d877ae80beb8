import { expect } from 'chai'
import fc from 'fast-check'
import { type Block, blocksOf } from '../../../client/history/blocks.ts'
import { type Run, withAuthors, withChanges } from '../../../client/history/marked-letter.ts'
import { compareLetters } from '../../../ot/comparison.ts'
import type { LetterDocument } from '../../../ot/component.ts'
import { letter } from '../../../ot/letter.ts'
import { letters, realise, recipes } from '../../property/arbitrary.ts'
import { property, Tally } from '../../property/property.ts'

const runs = ({ ops }: LetterDocument): Run[] => [...ops]
const shape = (blocks: readonly Block[]) =>
  blocks.map(
    ({ kind, lines }) =>
      `${kind}: ${lines.map((line) => line.runs.map((run) => run.insert).join('·')).join(' / ')}`,
  )

describe('a letter in blocks', () => {
  it('is a block for each line, one for each list and one for each block of code', () => {
    const document: LetterDocument = {
      ops: [
        { insert: 'Dear ' },
        { insert: 'Sir', attributes: { bold: true } },
        { insert: '\n\none' },
        { insert: '\n', attributes: { list: 'ordered' } },
        { insert: 'two' },
        { insert: '\n', attributes: { list: 'bullet' } },
        { insert: 'x = 1' },
        { insert: '\n', attributes: { 'code-block': true } },
        { insert: 'Yours' },
        { insert: '\n', attributes: { header: 2 } },
      ],
    }
    expect(shape(blocksOf(runs(document)))).to.deep.equal([
      'line: Dear ·Sir',
      'line: ',
      'list: one / two',
      'code: x = 1',
      'line: Yours',
    ])
  })

  const tally = new Tally()
  property(
    'is as long as the letter, and looks the same where it is the same and nowhere else',
    fc.tuple(letters, recipes),
    ([before, recipe]) => {
      const op = realise(before, recipe)
      const after = letter.apply(before, op) as LetterDocument
      const blocks = blocksOf(runs(after))
      expect(blocks.reduce((sum, { length }) => sum + length, 0)).to.equal(letter.length(after))
      const isSame = JSON.stringify(before) === JSON.stringify(after)
      tally.count('a letter that changed', !isSame)
      const keys = (of: readonly Block[]) => of.map(({ key }) => key).join('\u0000')
      expect(keys(blocksOf(runs(before))) === keys(blocks)).to.equal(isSame)
    },
  )
  tally.assertNotVacuous('letters changed')

  property(
    '[T3] both letters of a comparison are in it, and what was deleted has no length',
    fc.tuple(letters, recipes),
    ([before, recipe]) => {
      const op = realise(before, recipe)
      const after = letter.apply(before, op) as LetterDocument
      const marked = withChanges(compareLetters(before, [{ op, author: 'ada' }]))
      const length = blocksOf(marked).reduce((sum, block) => sum + block.length, 0)
      expect(length).to.equal(letter.length(after))
    },
  )

  it('says which formats changed', () => {
    const before: LetterDocument = { ops: [{ insert: 'a\n' }] }
    const op = letter.parseOp({ ops: [{ retain: 1, attributes: { bold: true, color: 'red' } }] })
    const edits = [{ op: op as { ops: [] }, author: 'ada' }]
    expect(withChanges(compareLetters(before, edits))[0]).to.deep.equal({
      insert: 'a',
      attributes: { bold: true, color: 'red' },
      mark: { kind: 'formatted', author: 'ada', formats: ['bold', 'color'] },
    })
  })

  it('[T3] names who wrote each stretch, with the formats it has', () => {
    const document: LetterDocument = {
      ops: [{ insert: 'ab' }, { insert: 'c', attributes: { bold: true } }, { insert: '\n' }],
    }
    const blame = {
      ops: [
        { insert: 'a', attributes: { author: 'ada', version: 1 } },
        { insert: 'bc\n', attributes: { author: '', version: 2 } },
      ],
    }
    const runs = withAuthors(document, blame)
    expect(runs[1]!.mark, 'one mark for each person').to.equal(runs[2]!.mark)
    const said = runs.map(({ insert, attributes, mark }) => [insert, attributes?.bold === true, mark?.author])
    expect(said).to.deep.equal([
      ['a', false, 'ada'],
      ['b', false, null],
      ['c', true, null],
      ['\n', false, null],
    ])
  })
})
