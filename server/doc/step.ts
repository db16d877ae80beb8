import { CollabError } from '../../ot/errors.ts'
import type { Change, LoggedOp } from '../../ot/logged-op.ts'
import type { DocumentType } from '../../ot/types.ts'
import { LIMITS } from '../../ot/wire.ts'
import type { Snapshot, Submission, TypeOf } from './types.ts'

/** A document before its first op. */
export const NOTHING: Snapshot = { version: 0, type: null, data: undefined }

export interface Step {
  /** What will be stored and sent: transformed, and completed by the fixup. */
  readonly change: Change
  readonly after: Snapshot
  /** What the sender must apply after its own op to be where everybody else is; null when nothing. */
  readonly fixup: unknown | null
}

/** A submission whose op is checked once, however often its turn starts over. */
export interface CheckedSubmission {
  readonly submission: Submission
  /** The op, checked, in canonical form; undefined before that. As it came, and once ops were carried over, for version `base`. */
  op: unknown
  /** The version `op` is for; null for the head. */
  base: number | null
}

/**
 * What a submission does to a document: the middle of a turn, as a pure function.
 *
 * @param head    the document the op will be applied to
 * @param unseen  the ops between `checked.base` and `head`, all of them, in order
 * @param durable the version up to which they will not change: `checked` is brought there, so that a turn that starts over does
 *                not do it again. An op that undoes much takes longer than others need to write on, and would lose every race.
 * @returns       null when the op changes nothing
 * @throws        CollabError op/*, document/*: the submission is wrong; nothing has been changed
 */
export function nextStep(
  head: Snapshot,
  unseen: readonly LoggedOp[],
  checked: CheckedSubmission,
  durable: number,
  typeOf: TypeOf,
): Step | null {
  const { change, keepNoOp, base } = checked.submission
  const version = head.version + 1
  if ('create' in change) {
    if (head.type !== null)
      throw new CollabError('document/exists', 'This document exists already. Fetch it.')
    const type = knownType(change.create.type, typeOf)
    const data = type.parseCreate(change.create.data)
    return {
      change: { create: { type: type.uri, data } },
      after: { version, type: type.uri, data },
      fixup: null,
    }
  }
  if (head.type === null) throw gone()
  if ('del' in change) {
    return { change: { del: true }, after: { version, type: null, data: undefined }, fixup: null }
  }
  const type = knownType(head.type, typeOf)
  checked.op ??= type.parseOp(change.op)
  let op = checked.op
  for (const other of unseen) {
    // A document that was deleted and made anew in between is another document.
    if (!('op' in other.change)) throw gone()
    op = type.transform(op, other.change.op, 'left')
    if (other.version > durable) continue
    checked.op = op
    checked.base = other.version
  }
  if (type.isNoOp(op) && keepNoOp !== true) return null
  const edit = applyEdit(type, head.data, op, base !== null && base < head.version)
  return { change: { op: edit.op }, after: { version, type: type.uri, data: edit.data }, fixup: edit.fixup }
}

/**
 * Applies a checked op to the document it has been transformed up to.
 *
 * @param wasTransformed  it was made on an earlier version than `before`
 * @returns  `op` as it is to be stored, completed by `fixup`, which is null when there is nothing to complete
 * @throws   CollabError op/does-not-fit, op/too-large
 */
export function applyEdit(
  type: DocumentType,
  before: unknown,
  checked: unknown,
  wasTransformed: boolean,
): { readonly op: unknown; readonly data: unknown; readonly fixup: unknown } {
  const mended = wasTransformed ? (type.mend?.(before, checked) ?? null) : null
  let op = mended === null ? checked : type.compose(checked, mended)
  op = type.settle?.(before, op) ?? op
  let data = type.apply(before, op)
  const completed = type.fixup(before, op)
  if (completed !== null) {
    data = type.apply(data, completed)
    op = type.compose(op, completed)
  }
  const fixup =
    mended !== null && completed !== null ? type.compose(mended, completed) : (mended ?? completed)
  return { op, data, fixup }
}

/** @throws CollabError op/version-ahead, op/version-behind when no op made on version `base` can be taken at `head` */
export function checkBase(base: number, head: number, furthest: number = LIMITS.opsBehind): void {
  if (base > head) {
    const message = `That is version ${base}, but the newest is ${head}. Fetch the letter anew.`
    throw new CollabError('op/version-ahead', message, { data: { head } })
  }
  if (head - base > furthest) {
    const message = `That is ${head - base} versions behind the newest. Fetch the letter anew.`
    throw new CollabError('op/version-behind', message, { data: { head } })
  }
}

/**
 * The document after an op of the log.
 *
 * @throws CollabError document/log-broken when the op cannot have been made on this document
 */
export function applyLogged(at: Snapshot, op: LoggedOp, typeOf: TypeOf): Snapshot {
  const { change, version } = op
  try {
    if ('create' in change) {
      const type = knownType(change.create.type, typeOf)
      return { version, type: type.uri, data: type.parseCreate(change.create.data) }
    }
    if ('del' in change) return { version, type: null, data: undefined }
    // A stock backend stores an op that its middleware emptied as a bare version.
    if (!('op' in change)) return { ...at, version }
    if (at.type === null) throw gone()
    return { version, type: at.type, data: knownType(at.type, typeOf).apply(at.data, change.op) }
  } catch (error) {
    throw new CollabError('document/log-broken', `version ${version} does not follow from the one before`, {
      data: { version },
      cause: error,
    })
  }
}

function knownType(name: string, typeOf: TypeOf): DocumentType {
  const type = typeOf(name)
  if (type !== undefined) return type
  throw new CollabError('op/malformed', `There is no document type ${JSON.stringify(name)}.`, {
    data: { rule: 'D1' },
  })
}

function gone(): CollabError {
  return new CollabError('document/not-found', 'This document does not exist any more.')
}
