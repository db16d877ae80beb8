import { expect } from 'chai'
import fc from 'fast-check'
import type { LetterDocument } from '../../ot/component.ts'
import { retract } from '../../ot/retract.ts'
import { letter } from '../../ot/types.ts'
import { letters, recipes } from './arbitrary.ts'
import {
  type History,
  type HistoryEdit,
  histories,
  historyOf,
  PEOPLE,
  type Person,
  tokensOf,
} from './history-arbitrary.ts'
import { completed } from './laws.ts'
import { property, Tally } from './property.ts'

/** The letter after the edits were taken back, as the server would store it. */
function without({ base, edits, head }: History, isUndone: (edit: HistoryEdit) => boolean): LetterDocument {
  const result = retract(letter, base, edits, isUndone)
  expect(result.head).to.deep.equal(head)
  expect(letter.parseOp(result.back)).to.deep.equal(result.back)
  return letter.apply(head, completed(letter, head, result.back)) as LetterDocument
}

const isBy = (person: Person) => (edit: HistoryEdit) => edit.author === person
const someone = fc.tuple(histories, fc.constantFrom(...PEOPLE))

describe('taking edits back', () => {
  const tally = new Tally()

  property('[H1] all of them gives the letter before them', histories, (history) => {
    expect(without(history, () => true)).to.deep.equal(history.base)
  })

  property('[H2] none of them changes nothing', histories, (history) => {
    expect(retract(letter, history.base, history.edits, () => false).back).to.deep.equal({ ops: [] })
  })

  property(
    '[H3] those of one person leaves what the others typed and did not delete, and no more',
    someone,
    ([history, person]) => {
      const left = tokensOf(without(history, isBy(person)))
      const all = [...tokensOf(history.base), ...PEOPLE.flatMap((other) => [...history.typed.get(other)!])]
      const expected = all.filter((character) => {
        const deletedBy = history.deletedBy.get(character)
        return !history.typed.get(person)!.has(character) && (deletedBy === undefined || deletedBy === person)
      })
      expect([...left].sort()).to.deep.equal(expected.sort())
      tally.count('something of theirs was taken out', history.typed.get(person)!.size > 0)
      tally.count('something they deleted came back', [...history.deletedBy.values()].includes(person))
      // In the order in which it stood.
      const stayed = new Set(tokensOf(history.head))
      expect(left.filter((character) => stayed.has(character))).to.deep.equal(
        tokensOf(history.head).filter((character) => left.includes(character)),
      )
    },
  )

  property('[H4] leaves a valid letter behind', someone, ([history, person]) => {
    const after = without(history, isBy(person))
    expect(letter.parseCreate(JSON.parse(JSON.stringify(after)))).to.deep.equal(after)
  })

  const formatting = fc.tuple(letters, fc.array(recipes, { maxLength: 6 })).map(([base, drawn]) =>
    historyOf(
      base,
      drawn.map((recipe, n) =>
        n % 2 === 0
          ? ['ada', recipe.filter((step) => 'format' in step), 0]
          : [
              'ben',
              recipe.flatMap((step) =>
                'insert' in step && typeof step.insert === 'string' && !step.insert.includes('\n')
                  ? [{ ...step, attributes: {} }]
                  : [],
              ),
              0,
            ],
      ),
    ),
  )
  property('[H5] those that set formats gives every format back', formatting, (history) => {
    // Text at the very end of a letter comes with a newline, which is nobody's own.
    if (history.edits.some(({ op }) => JSON.stringify(op).includes('\\n'))) return
    const formatted = without(history, isBy('ada'))
    const bens = history.typed.get('ben')!
    const plain = formatted.ops.flatMap(({ insert, ...rest }) => {
      const kept =
        typeof insert === 'string' ? [...insert].filter((character) => !bens.has(character)).join('') : insert
      return kept === '' ? [] : [{ insert: kept, ...rest }]
    })
    expect(letter.parseCreate({ ops: plain })).to.deep.equal(history.base)
    tally.count(
      'a format was given back',
      history.edits.some(({ author, op }) => author === 'ada' && op.ops.length > 0),
    )
  })

  property('[H6] and then the taking back gives the letter as it was', someone, ([history, person]) => {
    const { back } = retract(letter, history.base, history.edits, isBy(person))
    const stored = completed(letter, history.head, back)
    const again = letter.apply(letter.apply(history.head, stored), letter.invert(stored, history.head))
    expect(again).to.deep.equal(history.head)
  })

  tally.assertNotVacuous('[H3] [H5] people typed, deleted and formatted')
})
