/**
 * What takes long on a long log, as pure functions of the log: they can be carried out in another thread, and are made of
 * what can be sent there.
 */
import { mapPosition, type Range } from '../../ot/anchor.ts'
import { compareLetters, type Passage } from '../../ot/comparison.ts'
import { type LetterDocument, type LetterOp, totalLength } from '../../ot/component.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { Palimpsest } from '../../ot/palimpsest.ts'
import { takeBack } from '../../ot/taken-back.ts'
import { documentType, letter as letterType } from '../../ot/types.ts'
import { assertEdit, EditReader, type LetterEdit, NO_LETTER } from './letter-edits.ts'
import { packStart, type Start, unpackStart } from './packed-start.ts'
import type { PackedStart } from './reckoner.ts'
import type { RollbackNote } from './rollback-note.ts'
import { applyLogged, NOTHING } from './step.ts'
import type { Snapshot } from './types.ts'
import { type Selection, type Target, undoing } from './undone.ts'

export interface TakingBack {
  readonly op: LetterOp
  readonly note: RollbackNote
  /** How many edits are undone that were not before, or the other way round. */
  readonly changed: number
  /** The letter as it is beside the letter as it would be; null when nobody asked. */
  readonly passages: readonly Passage[] | null
}

/** What there is to reckon, and what comes of it. */
export interface Reckonings {
  /** The letter after the last op. */
  letter: { task: object; answer: LetterDocument }
  /** Who wrote it: a list of `Blamed` in JSON, a machine being null. */
  blame: { task: object; answer: Uint8Array }
  /** Both, packed and verified. */
  snapshot: { task: object; answer: Uint8Array }
  /** What became of the letter since a version: a list of `Passage` in JSON. */
  compare: { task: { readonly from: number }; answer: Uint8Array }
  /** The op that takes edits back; `from` is where `neededFrom` says, `by` who is to be named in a preview. */
  'take-back': {
    task: { readonly from: number; readonly target: Target; readonly by: string | null }
    answer: TakingBack
  }
}

export type Kind = keyof Reckonings
export type Task<K extends Kind = Kind> = { [k in K]: { readonly kind: k } & Reckonings[k]['task'] }[K]
export type Answer<K extends Kind> = Reckonings[K]['answer']

/** A reckoning under way: it is given the ops one after the other and holds no more of them than it must. */
export class Reckoning<K extends Kind = Kind> {
  readonly #task: Task
  readonly #reader: EditReader
  /** The letter up to where the task begins, or to the end. */
  readonly #letters: Palimpsest
  #version: number
  /** What follows from there on. */
  readonly #edits: LetterEdit[] = []
  /** For a snapshot: the letter as documents make it of the same ops. */
  #replayed: Snapshot

  constructor(task: Task<K>, start: PackedStart) {
    this.#task = task as Task
    const isWritersNeeded = task.kind !== 'letter' && task.kind !== 'compare'
    const { version, letter, blame } = unpackStart(start, isWritersNeeded)
    this.#reader = new EditReader(letter)
    this.#letters = new Palimpsest(letter, isWritersNeeded ? blame : null, false)
    this.#version = version
    this.#replayed = version === 0 ? NOTHING : { version, type: letterType.uri, data: letter }
  }

  /** @throws CollabError rollback/not-possible, document/log-broken */
  take(ops: readonly LoggedOp[]): void {
    const { kind } = this.#task
    const from = 'from' in this.#task ? this.#task.from : Number.POSITIVE_INFINITY
    for (const op of ops) {
      const edit = this.#reader.read(op)
      if (edit.version <= from) {
        this.#letters.lay(edit, { isKept: true, revives: false })
        this.#version = edit.version
      } else {
        if (kind === 'take-back') assertEdit(op)
        this.#edits.push(edit)
      }
      if (kind === 'snapshot') this.#replayed = applyLogged(this.#replayed, op, documentType)
    }
  }

  finish(): Answer<K> {
    // Each case answers what its kind says; the compiler does not follow a generic through a switch.
    return this.#answer() as Answer<K>
  }

  #answer(): Answer<Kind> {
    const task = this.#task
    switch (task.kind) {
      case 'letter':
        return this.#letters.head()
      case 'blame':
        return written(
          this.#letters.blame().map((stretch) => ({ ...stretch, author: stretch.author || null })),
        )
      case 'snapshot':
        return packStart(verified(this.#reached(), this.#replayed))
      case 'compare':
        return written(
          compareLetters(
            this.#letters.head(),
            this.#edits.map(({ op, author }) => ({ op, author: author || null })),
          ),
        )
      case 'take-back':
        return takenBack(task, this.#reached(), this.#edits)
    }
  }

  #reached(): Start {
    return { version: this.#version, letter: this.#letters.head(), blame: this.#letters.blame() }
  }
}

/**
 * What nobody but the caller has to know. Of a letter of 100,000 ops who wrote it is 88,000 stretches, 7 MB: to take them over
 * one by one and write them would keep everybody on this server waiting for 100 ms.
 */
function written(list: readonly unknown[]): Uint8Array {
  return Buffer.from(JSON.stringify(list))
}

/** @throws Error when the letter is another one than the one that was replayed */
function verified(start: Start, replayed: Snapshot): Start {
  const letter = (replayed.data as LetterDocument | undefined) ?? NO_LETTER
  const isSame = JSON.stringify(letter) === JSON.stringify(start.letter)
  const blamed = start.blame.reduce((sum, { length }) => sum + length, 0)
  if (isSame && blamed === totalLength(letter.ops)) return start
  throw new Error(`the snapshot of version ${start.version} differs from the letter`)
}

function takenBack({ target, by }: Task<'take-back'>, base: Start, edits: readonly LetterEdit[]): TakingBack {
  const { undone, changed } = undoing(edits, target)
  if (changed === 0) {
    const passages = by === null ? null : compareLetters(headOf(base, edits), [])
    return { op: { ops: [] }, note: { rollback: target, restored: null }, changed, passages }
  }
  const isUndone = ({ version }: LetterEdit) => undone.has(version)
  const isRollback = ({ rollback }: LetterEdit) => rollback !== null
  const range = target.within === null ? null : rangeAtHead(target.within, edits)
  const { op, restored, head } = takeBack(base.letter, base.blame, edits, isUndone, isRollback, range)
  const passages = by === null ? null : compareLetters(head, [{ op, author: by }])
  return { op, note: { rollback: target, restored }, changed, passages }
}

function headOf({ letter }: Start, edits: readonly LetterEdit[]): LetterDocument {
  const letters = new Palimpsest(letter, null, false)
  for (const edit of edits) letters.lay(edit, { isKept: true, revives: false })
  return letters.head()
}

/** Where a selection is at the head. One of which nothing is left is the place where it was. */
function rangeAtHead({ start, end, version }: Selection, edits: readonly LetterEdit[]): Range {
  let range = { start, end }
  for (const edit of edits) {
    if (edit.version <= version) continue
    const to = mapPosition(range.end, edit.op, -1)
    range = { start: Math.min(mapPosition(range.start, edit.op, 1), to), end: to }
  }
  return range
}
