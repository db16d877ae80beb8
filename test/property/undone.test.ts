import { expect } from 'chai'
import fc from 'fast-check'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { retract } from '../../ot/retract.ts'
import { letter } from '../../ot/types.ts'
import { type Target, undoneVersions } from '../../server/doc/undone.ts'
import { histories, PEOPLE } from './history-arbitrary.ts'
import { completed } from './laws.ts'
import { property, Tally } from './property.ts'

interface Step {
  readonly version: number
  readonly author: string
  readonly origin: 'rollback' | null
  readonly op: LetterOp
  readonly rollback: Target | null
}

/** A letter with the log that leads to it, to roll back and roll back again. */
class Log {
  readonly #base: LetterDocument
  readonly #steps: Step[]
  #head: LetterDocument

  constructor(base: LetterDocument, steps: readonly Step[], head: LetterDocument) {
    this.#base = base
    this.#steps = [...steps]
    this.#head = head
  }

  get head(): LetterDocument {
    return this.#head
  }

  get version(): number {
    return 1 + this.#steps.length
  }

  /** Answers the version it led to. */
  rollBack(author: string | null, after = 1, upTo = this.version): number {
    const target: Target = { after, upTo, author, within: null }
    const edits = this.#steps.slice(after - 1)
    const undone = undoneVersions(edits, target)
    const before = this.#steps
      .slice(0, after - 1)
      .reduce((at, { op }) => letter.apply(at, op), this.#base as unknown)
    const { back } = retract(letter, before, edits, ({ version }) => undone.has(version))
    if (undone.size === 0) return this.version
    const op = completed(letter, this.#head, back) as LetterOp
    this.#head = letter.apply(this.#head, op) as LetterDocument
    const version = this.version + 1
    this.#steps.push({ version, author: 'boss', origin: 'rollback', op, rollback: target })
    return version
  }

  undo(version: number): number {
    return this.rollBack(null, version - 1, version)
  }
}

describe('rolling back what was rolled back', () => {
  const tally = new Tally()
  const cases = fc.tuple(histories, fc.constantFrom(...PEOPLE))

  property(
    '[T4] a second time changes nothing; undone and done again, it is as it was',
    cases,
    ([history, person]) => {
      const steps = history.edits.map((edit) => ({ ...edit, rollback: null }))
      const log = new Log(history.base, steps, history.head)
      const first = log.rollBack(person)
      if (!history.edits.some(({ author }) => author === person)) return
      const without = log.head
      log.rollBack(person)
      expect(log.head).to.deep.equal(without)
      log.undo(first)
      expect(log.head).to.deep.equal(history.head)
      const again = log.rollBack(person)
      expect(log.head).to.deep.equal(without)
      log.undo(log.undo(again))
      expect(log.head).to.deep.equal(without)
      tally.count('it changed something', JSON.stringify(without) !== JSON.stringify(history.head))
    },
  )

  tally.assertNotVacuous('[T4] rollbacks changed something')
})
