/**
 * What takes long on a long log, as pure functions of the log: they can be carried out in another thread, and are made of
 * what can be sent there.
 */
import { mapPosition, type Range } from '../../ot/anchor.ts'
import { type Blamed, stretchesAfter } from '../../ot/blame.ts'
import { compareLetters, type Passage } from '../../ot/comparison.ts'
import { type LetterDocument, type LetterOp, totalLength } from '../../ot/component.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { Palimpsest } from '../../ot/palimpsest.ts'
import { takeBack } from '../../ot/taken-back.ts'
import { documentType, letter as letterType } from '../../ot/types.ts'
import { assertEditsOnly, type LetterEdit, letterEdits, NO_LETTER } from './letter-edits.ts'
import type { PackedStart } from './reckoner.ts'
import type { RollbackNote } from './rollback-note.ts'
import { applyLogged, NOTHING } from './step.ts'
import { type Selection, type Target, undoing } from './undone.ts'

/** Where a reckoning starts: a letter at a version, and who wrote it. */
export interface Start {
  readonly version: number
  readonly letter: LetterDocument
  readonly blame: readonly Blamed[]
}

/** Before the first op. */
const BEGINNING: Start = { version: 0, letter: NO_LETTER, blame: [] }

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
  /** Who wrote it. */
  blame: { task: object; answer: readonly Blamed[] }
  /** Both, packed and verified. */
  snapshot: { task: object; answer: Uint8Array }
  /** What became of the letter since a version. */
  compare: { task: { readonly from: number }; answer: readonly Passage[] }
  /** The op that takes edits back; `from` is where `neededFrom` says, `by` who is to be named in a preview. */
  'take-back': {
    task: { readonly from: number; readonly target: Target; readonly by: string | null }
    answer: TakingBack
  }
}

export type Kind = keyof Reckonings
export type Task<K extends Kind = Kind> = { [k in K]: { readonly kind: k } & Reckonings[k]['task'] }[K]
export type Answer<K extends Kind> = Reckonings[K]['answer']

/**
 * @param ops  those that follow `start`, one after the other
 * @throws     CollabError rollback/not-possible, document/log-broken
 */
export function reckon<K extends Kind>(task: Task<K>, start: Start, ops: readonly LoggedOp[]): Answer<K> {
  // Each function answers what its kind says; the compiler does not follow a generic through a switch.
  return answerTo(task as Task, start, ops) as Answer<K>
}

function answerTo(task: Task, start: Start, ops: readonly LoggedOp[]): Answer<Kind> {
  const edits = letterEdits(start.letter, ops)
  switch (task.kind) {
    case 'letter':
      return letterAfter(start.letter, edits)
    case 'blame':
      return stretchesAfter(start.letter, start.blame, edits)
    case 'snapshot':
      return packStart(verified(startAfter(start, edits), start, ops))
    case 'compare': {
      const count = task.from - start.version
      const base = letterAfter(start.letter, edits.slice(0, count))
      return compareLetters(
        base,
        edits.slice(count).map(({ op, author }) => ({ op, author: author || null })),
      )
    }
    case 'take-back': {
      const count = task.from - start.version
      assertEditsOnly(ops.slice(count))
      return takenBack(task, startAfter(start, edits.slice(0, count)), edits.slice(count))
    }
  }
}

/** A start as it is kept and sent: JSON, blame as `[length, author, version]`. */
function packStart({ letter, blame }: Start): Uint8Array {
  const stretches = blame.map(({ length, author, version }) => [length, author, version])
  return Buffer.from(JSON.stringify({ letter, blame: stretches }))
}

export function unpackStart({ version, packed }: PackedStart): Start {
  if (packed === null) return BEGINNING
  // Written by packStart, and sealed since.
  const { letter, blame } = JSON.parse(Buffer.from(packed).toString()) as {
    letter: LetterDocument
    blame: [number, string, number][]
  }
  return { version, letter, blame: blame.map(([length, author, version]) => ({ length, author, version })) }
}

/** Replays the ops as documents do, and compares. @throws Error when the two differ, CollabError document/log-broken */
function verified(start: Start, from: Start, ops: readonly LoggedOp[]): Start {
  const before =
    from.version === 0 ? NOTHING : { version: from.version, type: letterType.uri, data: from.letter }
  const replayed = ops.reduce((at, op) => applyLogged(at, op, documentType), before)
  const letter = (replayed.data as LetterDocument | undefined) ?? NO_LETTER
  const isSame = JSON.stringify(letter) === JSON.stringify(start.letter)
  const blamed = start.blame.reduce((sum, { length }) => sum + length, 0)
  if (isSame && blamed === totalLength(letter.ops)) return start
  throw new Error(`the snapshot of version ${start.version} differs from the letter`)
}

function letterAfter(base: LetterDocument, edits: readonly LetterEdit[]): LetterDocument {
  return laid(base, null, edits).head()
}

function startAfter({ version, letter, blame }: Start, edits: readonly LetterEdit[]): Start {
  const letters = laid(letter, blame, edits)
  return { version: version + edits.length, letter: letters.head(), blame: letters.blame() }
}

function laid(
  base: LetterDocument,
  blame: readonly Blamed[] | null,
  edits: readonly LetterEdit[],
): Palimpsest {
  const letters = new Palimpsest(base, blame, false)
  for (const edit of edits) letters.lay(edit, { isKept: true, revives: false })
  return letters
}

function takenBack({ target, by }: Task<'take-back'>, base: Start, edits: readonly LetterEdit[]): TakingBack {
  const { undone, changed } = undoing(edits, target)
  if (changed === 0) {
    const passages = by === null ? null : compareLetters(letterAfter(base.letter, edits), [])
    return { op: { ops: [] }, note: { rollback: target, restored: null }, changed, passages }
  }
  const isUndone = ({ version }: LetterEdit) => undone.has(version)
  const isRollback = ({ rollback }: LetterEdit) => rollback !== null
  const range = target.within === null ? null : rangeAtHead(target.within, edits)
  const { op, restored, head } = takeBack(base.letter, base.blame, edits, isUndone, isRollback, range)
  const passages = by === null ? null : compareLetters(head, [{ op, author: by }])
  return { op, note: { rollback: target, restored }, changed, passages }
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
