import { expect } from 'chai'
import { compareLetters, type Passage } from '../../ot/comparison.ts'
import { canonical, insertion } from '../../ot/component.ts'
import { type EditingSession, editingSessions } from '../../ot/editing-sessions.ts'
import { histories, type PEOPLE } from './history-arbitrary.ts'
import { property, Tally } from './property.ts'

const letterOf = (passages: readonly Passage[], side: 'before' | 'after', not: Passage['change']) => ({
  ops: canonical(
    passages
      .filter(({ change }) => change !== not)
      .map((passage) => insertion(passage.insert, passage[side])),
  ),
})

describe('comparing two versions', () => {
  const tally = new Tally()

  property('[H10] holds both letters', histories, ({ base, edits, head }) => {
    const passages = compareLetters(base, edits)
    expect(letterOf(passages, 'before', 'added')).to.deep.equal(base)
    expect(letterOf(passages, 'after', 'deleted')).to.deep.equal(head)
  })

  property(
    '[H11] names who added and who deleted each character',
    histories,
    ({ base, edits, typed, deletedBy }) => {
      for (const { insert, change, author } of compareLetters(base, edits)) {
        if (typeof insert !== 'string') continue
        for (const character of insert) {
          if (character === '\n') continue
          if (tally.count('added', change === 'added')) {
            expect(typed.get(author as (typeof PEOPLE)[number])).to.include(character)
          }
          if (tally.count('deleted', change === 'deleted')) expect(deletedBy.get(character)).to.equal(author)
          else expect(deletedBy.has(character)).to.equal(false)
        }
        tally.count('formatted', change === 'formatted')
      }
    },
  )

  property('[H12] says so only where formats changed', histories, ({ base, edits }) => {
    for (const { change, before, after, author } of compareLetters(base, edits)) {
      if (change === 'formatted') expect(before).to.not.deep.equal(after)
      if (change !== 'none') continue
      expect(before).to.deep.equal(after)
      expect(author).to.equal(null)
    }
  })

  tally.assertNotVacuous('[H11] text was added, deleted and formatted')
})

describe('editing sessions', () => {
  const GAP = 5 * 60_000

  property('[H13] hold every edit once, in order', histories, ({ edits }) => {
    const versions = editingSessions(edits).flatMap(({ from, to }) =>
      Array.from({ length: to - from + 1 }, (_, n) => from + n),
    )
    expect(versions).to.deep.equal(edits.map(({ version }) => version))
  })

  property(
    '[H14] have one author and no long pause; another begins at nothing less',
    histories,
    ({ edits }) => {
      const editsOf = ({ from, to }: EditingSession) =>
        edits.filter(({ version }) => version >= from && version <= to)
      const sessions = editingSessions(edits)
      for (const [index, session] of sessions.entries()) {
        const own = editsOf(session)
        expect(new Set(own.map(({ author }) => author))).to.deep.equal(new Set([session.author]))
        expect([own[0]!.time, own.at(-1)!.time]).to.deep.equal([session.began, session.ended])
        for (const [n, edit] of own.entries())
          if (n > 0) expect(edit.time - own[n - 1]!.time).to.be.lessThan(GAP)
        const next = sessions[index + 1]
        if (next?.author === session.author) expect(next.began - session.ended).to.be.at.least(GAP)
      }
    },
  )
})
