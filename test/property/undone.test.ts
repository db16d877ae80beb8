import { expect } from 'chai'
import fc from 'fast-check'
import { stretchesAfter } from '../../ot/blame.ts'
import { type LetterDocument, type LetterOp, totalLength } from '../../ot/component.ts'
import type { LaidEdit } from '../../ot/stretch.ts'
import { takeBack } from '../../ot/taken-back.ts'
import { letter } from '../../ot/types.ts'
import { neededFrom, type Target, undoing } from '../../server/doc/undone.ts'
import { type History, histories, PEOPLE } from './history-arbitrary.ts'
import { completed } from './laws.ts'
import { property, Tally } from './property.ts'

interface Step extends LaidEdit {
  readonly origin: 'rollback' | null
  readonly rollback: Target | null
}

/** A letter with the log that leads to it, to roll back and roll back again. */
class Log {
  readonly #base: LetterDocument
  readonly #steps: Step[]
  #head: LetterDocument
  isPlain = true

  constructor({ base, edits, head }: History) {
    this.#base = base
    this.#steps = edits.map((edit) => ({ ...edit, rollback: null, restored: null }))
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
    let first = after
    for (let from = neededFrom(this.#steps.slice(first - 1), first); from < first; ) {
      first = from
      from = neededFrom(this.#steps.slice(first - 1), first)
    }
    const edits = this.#steps.slice(first - 1)
    const base = this.#steps
      .slice(0, first - 1)
      .reduce((at, { op }) => letter.apply(at, op), this.#base as unknown)
    const { undone, changed } = undoing(edits, target)
    if (changed === 0) return this.version
    const whole = [{ length: totalLength(this.#base.ops), author: 'dee', version: 1 }]
    const taken = takeBack(
      base as LetterDocument,
      stretchesAfter(this.#base, whole, this.#steps.slice(0, first - 1)),
      edits,
      ({ version }) => undone.has(version),
      ({ rollback }) => rollback !== null,
    )
    expect(taken.head).to.deep.equal(this.#head)
    const op = completed(letter, this.#head, taken.op) as LetterOp
    // Of two formats that exclude each other the newer one stays, and which one that is depends on what came before.
    this.isPlain &&= letter.fixup(this.#head, taken.op) === null
    this.#head = letter.apply(this.#head, op) as LetterDocument
    const version = this.version + 1
    this.#steps.push({
      version,
      author: 'boss',
      origin: 'rollback',
      op,
      rollback: target,
      restored: taken.restored,
    })
    return version
  }

  /** Asserts that this is the letter. */
  is(wanted: LetterDocument): void {
    if (this.isPlain) expect(this.#head).to.deep.equal(wanted)
  }

  undo(version: number): number {
    return this.rollBack(null, version - 1, version)
  }

  type(author: string, op: LetterOp): void {
    const stored = completed(letter, this.#head, op) as LetterOp
    this.#head = letter.apply(this.#head, stored) as LetterDocument
    this.#steps.push({
      version: this.version + 1,
      author,
      origin: null,
      op: stored,
      rollback: null,
      restored: null,
    })
  }
}

describe('rolling back what was rolled back', () => {
  const tally = new Tally()
  const cases = fc.tuple(histories, fc.constantFrom(...PEOPLE))

  property(
    '[H17] a second time changes nothing; undone and done again, it is as it was',
    cases,
    ([history, person]) => {
      const log = new Log(history)
      const first = log.rollBack(person)
      if (first === history.edits.length + 1) return
      const without = log.head
      log.rollBack(person)
      log.is(without)
      log.undo(first)
      log.is(history.head)
      const again = log.rollBack(person)
      log.is(without)
      log.undo(log.undo(again))
      log.is(without)
      tally.count('it changed something', JSON.stringify(without) !== JSON.stringify(history.head))
    },
  )

  property('[H17] one author after the other, in any order, comes to the same', histories, (history) => {
    const log = new Log(history)
    const { version } = log
    const undos = PEOPLE.map((person) => log.rollBack(person)).filter((undo) => undo > version)
    log.is(history.base)
    log.rollBack(null, version)
    log.is(history.head)
    log.undo(log.version)
    log.is(history.base)
    for (const undo of undos) log.undo(undo)
    log.is(history.head)
  })

  property('[H17] what was written in between stays where it was', cases, ([history, person]) => {
    const log = new Log(history)
    const first = log.rollBack(person)
    if (first === history.edits.length + 1) return
    const place = Math.floor(totalLength(log.head.ops) / 2)
    log.type('dee', { ops: place === 0 ? [{ insert: '@' }] : [{ retain: place }, { insert: '@' }] })
    const between = log.head
    log.undo(first)
    const undone = log.head
    log.rollBack(person)
    log.is(between)
    log.undo(log.version)
    log.is(undone)
    log.rollBack('dee')
    log.is(history.head)
  })

  tally.assertNotVacuous('[H17] rollbacks changed something')
})
