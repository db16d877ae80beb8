/** The ops of a letter's log as the edits that comparison, blame and taking back work on. */
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { componentLength, totalLength } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import type { LaidEdit } from '../../ot/stretch.ts'
import { noteOf } from './rollback-note.ts'
import type { Undoable } from './undone.ts'

/** An edit of a letter, with all that is known of it. */
export interface LetterEdit extends LaidEdit, Undoable {}

export const NO_LETTER: LetterDocument = { ops: [] }

/** Reads ops as edits, piece by piece. Creating a letter inserts all of it, deleting it deletes all of it. */
export class EditReader {
  #length: number

  /** @param base  the letter before the first op */
  constructor(base: LetterDocument) {
    this.#length = totalLength(base.ops)
  }

  read(logged: LoggedOp): LetterEdit {
    const { version, author, origin, change } = logged
    const op = letterOp(change, this.#length)
    for (const component of op.ops) {
      if (component.insert !== undefined) this.#length += componentLength(component)
      else this.#length -= component.delete ?? 0
    }
    const note = noteOf(logged)
    const [rollback, restored] = [note?.rollback ?? null, note?.restored ?? null]
    return { version, author: author ?? '', origin, op, rollback, restored }
  }
}

/** @throws CollabError rollback/not-possible when the op deletes the letter or makes it anew */
export function assertEdit({ change }: LoggedOp): void {
  if (!('create' in change || 'del' in change)) return
  const message = 'The letter was deleted and made anew since then: that cannot be taken back.'
  throw new CollabError('rollback/not-possible', message, { data: { why: 'deleted' } })
}

function letterOp(change: LoggedOp['change'], length: number): LetterOp {
  if ('create' in change) return { ops: (change.create.data as LetterDocument).ops }
  if ('del' in change) return { ops: [{ delete: length }] }
  // A stock backend stores an op that its middleware emptied as a bare version.
  return (change.op as LetterOp | undefined) ?? { ops: [] }
}
