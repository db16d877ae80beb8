import { expect } from 'chai'
import fc from 'fast-check'
import {
  type AuthoredEdit,
  type Blame,
  blameAfter,
  blameOf,
  stretchesAfter,
  stretchesOf,
} from '../../ot/blame.ts'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { takeBack } from '../../ot/taken-back.ts'
import { letter } from '../../ot/types.ts'
import { type History, type HistoryEdit, histories, PEOPLE } from './history-arbitrary.ts'
import { completed } from './laws.ts'
import { property, Tally } from './property.ts'

const FIRST = { author: 'dee', version: 1 }

type Blaming = HistoryEdit & AuthoredEdit

const blaming = ({ edits }: History): Blaming[] => edits.map((edit) => ({ ...edit, restored: null }))

function blame(base: LetterDocument, edits: readonly AuthoredEdit[]): Blame {
  return edits.reduce(blameAfter, blameOf(base, FIRST))
}

const textOf = ({ ops }: LetterDocument) =>
  ops.map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc')).join('')

/** Of each character with an identity of its own: who wrote it, at which version. */
function writersOf(letterNow: LetterDocument, of: Blame): Map<string, string> {
  const text = textOf(letterNow)
  const writers = new Map<string, string>()
  let at = 0
  for (const { length, author, version } of stretchesOf(of)) {
    for (const character of text.slice(at, at + length)) {
      if (character >= '\ue000' && character <= '\uf8ff') writers.set(character, `${author} ${version}`)
    }
    at += length
  }
  expect(at).to.equal(text.length)
  return writers
}

/** As the log says: the op that typed it. */
function typistsOf({ base, edits }: History): Map<string, string> {
  const typists = new Map(
    [...textOf(base)].map((character) => [character, `${FIRST.author} ${FIRST.version}`]),
  )
  for (const { op, author, version } of edits) {
    for (const { insert } of op.ops) {
      if (typeof insert === 'string')
        for (const character of insert) typists.set(character, `${author} ${version}`)
    }
  }
  return typists
}

describe('blame', () => {
  const tally = new Tally()

  property('[H7] is a letter with the same text', histories, (history) => {
    expect(textOf(blame(history.base, blaming(history)))).to.equal(textOf(history.head))
  })

  property('[H8] names who typed each character, and when', histories, (history) => {
    const typists = typistsOf(history)
    const writers = writersOf(history.head, blame(history.base, blaming(history)))
    for (const [character, writer] of writers) expect(writer).to.equal(typists.get(character))
  })

  const someone = fc.tuple(histories, fc.constantFrom(...PEOPLE))
  property('[H8] of a long log is the same', histories, (history) => {
    const stretches = stretchesOf(blameOf(history.base, FIRST))
    expect(stretchesAfter(history.base, stretches, blaming(history))).to.deep.equal(
      stretchesOf(blame(history.base, blaming(history))),
    )
  })

  property(
    '[H9] what a rollback brings back has its first author, and the rollback wrote none of it',
    someone,
    ([history, person]) => {
      const edits = blaming(history)
      const first = stretchesOf(blameOf(history.base, FIRST))
      const isRollback = ({ author }: AuthoredEdit) => author === 'admin'
      const rollback = (
        log: readonly AuthoredEdit[],
        head: LetterDocument,
        isUndone: (edit: AuthoredEdit) => boolean,
      ) => {
        const { op, restored } = takeBack(history.base, first, log, isUndone, isRollback)
        return {
          op: completed(letter, head, op) as LetterOp,
          author: 'admin',
          version: log.length + 2,
          restored,
        }
      }
      const isTheirs = ({ author }: AuthoredEdit) => author === person
      const taken = rollback(edits, history.head, isTheirs)
      const after = letter.apply(history.head, taken.op) as LetterDocument
      const typists = typistsOf(history)
      for (const [character, writer] of writersOf(after, blame(history.base, [...edits, taken]))) {
        expect(writer).to.equal(typists.get(character))
      }
      tally.count('something was brought back', taken.restored !== null)
      // And once more: taking the rollback back.
      const both = [...edits, taken]
      const undone = rollback(both, after, isRollback)
      const end = letter.apply(after, undone.op) as LetterDocument
      expect(end).to.deep.equal(history.head)
      for (const [character, writer] of writersOf(end, blame(history.base, [...both, undone]))) {
        expect(writer).to.equal(typists.get(character))
      }
    },
  )

  tally.assertNotVacuous('[H9] rollbacks brought text back')
})
