import { expect } from 'chai'
import fc from 'fast-check'
import {
  type AuthoredEdit,
  type Blame,
  blameAfter,
  blameOf,
  restoredBy,
  stretchesOf,
} from '../../ot/blame.ts'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { retract } from '../../ot/retract.ts'
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
  property(
    '[H9] what a rollback brings back has its first author, and the rollback wrote none of it',
    someone,
    ([history, person]) => {
      const edits = blaming(history)
      const isUndone = ({ author }: Blaming) => author === person
      const { back } = retract(letter, history.base, edits, isUndone)
      const op = completed(letter, history.head, back) as LetterOp
      const restored = restoredBy(blameOf(history.base, FIRST), edits, isUndone)
      const rollback: AuthoredEdit = { op, author: 'admin', version: edits.length + 2, restored }
      const after = letter.apply(history.head, op) as LetterDocument
      const typists = typistsOf(history)
      for (const [character, writer] of writersOf(after, blame(history.base, [...edits, rollback]))) {
        expect(writer).to.equal(typists.get(character))
      }
      tally.count('something was brought back', restored !== null)
      // And once more: taking the rollback back.
      const both = [...edits, { ...rollback, time: 0 } as Blaming]
      const undo = retract(letter, history.base, both, ({ version }) => version === rollback.version)
      const undoOp = completed(letter, after, undo.back) as LetterOp
      const undone: AuthoredEdit = {
        ...{ op: undoOp, author: 'admin', version: edits.length + 3 },
        restored: restoredBy(
          blameOf(history.base, FIRST),
          both,
          ({ version }) => version === rollback.version,
        ),
      }
      const end = letter.apply(after, undoOp) as LetterDocument
      expect(end).to.deep.equal(history.head)
      for (const [character, writer] of writersOf(end, blame(history.base, [...both, undone]))) {
        expect(writer).to.equal(typists.get(character))
      }
    },
  )

  tally.assertNotVacuous('[H9] rollbacks brought text back')
})
