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

/**
 * The ops as edits. Creating a letter inserts all of it, deleting it deletes all of it.
 *
 * @param base  the letter before the first of them
 */
export function letterEdits(base: LetterDocument, ops: readonly LoggedOp[]): LetterEdit[] {
  let length = totalLength(base.ops)
  return ops.map((logged) => {
    const { version, author, origin, change } = logged
    const note = noteOf(logged)
    const op = letterOp(change, length)
    for (const component of op.ops) {
      if (component.insert !== undefined) length += componentLength(component)
      else length -= component.delete ?? 0
    }
    const by = author ?? ''
    return {
      version,
      author: by,
      origin,
      op,
      rollback: note?.rollback ?? null,
      restored: note?.restored ?? null,
    }
  })
}

/** @throws CollabError rollback/not-possible when the letter was deleted or made anew by one of them */
export function assertEditsOnly(ops: readonly LoggedOp[]): void {
  if (ops.every(({ change }) => !('create' in change || 'del' in change))) return
  const message = 'The letter was deleted and made anew since then: that cannot be taken back.'
  throw new CollabError('rollback/not-possible', message, { data: { why: 'deleted' } })
}

function letterOp(change: LoggedOp['change'], length: number): LetterOp {
  if ('create' in change) return { ops: (change.create.data as LetterDocument).ops }
  if ('del' in change) return { ops: [{ delete: length }] }
  // A stock backend stores an op that its middleware emptied as a bare version.
  return (change.op as LetterOp | undefined) ?? { ops: [] }
}
