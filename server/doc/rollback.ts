/**
 * Going back (rule T4): some edits of a letter are taken back by one op at its head, and everything else is kept.
 *
 * The op is made on the head as it was when the request came, and submitted like any other: what was written meanwhile,
 * and what people who are offline still have to send, is transformed over it and it over them. Transforming the op over
 * an edit that stays is what `retract` would have done with that edit, so nothing need be made anew.
 */
import { randomUUID } from 'node:crypto'
import { mapPosition, type Range } from '../../ot/anchor.ts'
import { restoredBy } from '../../ot/blame.ts'
import { compareLetters, type Passage } from '../../ot/comparison.ts'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import { retract } from '../../ot/retract.ts'
import { letter as letterType } from '../../ot/types.ts'
import { opWithin } from '../../ot/within.ts'
import type { Audit } from '../store/audit.ts'
import type { OpTimes } from '../store/op-times.ts'
import type { Documents } from './documents.ts'
import { opsBetween } from './history.ts'
import { assertEditsOnly, type LetterEdit, letterEdits } from './letter-edits.ts'
import type { Past } from './past.ts'
import { packNote, type RollbackNote } from './rollback-note.ts'
import { type Selection, type Target, undoneVersions } from './undone.ts'

const COLLECTION = 'letters'

/** What is to be taken back. Times are milliseconds since 1970, both ends included. */
export type Wanted =
  /** Everything after a version. */
  | { readonly toVersion: number }
  /** What one member did, since a moment or ever. */
  | { readonly author: string; readonly since?: number | undefined }
  /** The edits that led to the versions `from` to `to`. */
  | { readonly session: { readonly from: number; readonly to: number } }
  /** What was done between two moments. */
  | { readonly from: number; readonly to: number }
  /** The rollback that led to a version. */
  | { readonly undo: number }

export interface RollbackRequest {
  readonly letter: string
  readonly firm: string
  /** Who asks. */
  readonly member: string
  readonly wanted: Wanted
  /** Undo only what happened in this part of the letter; null: all of it. */
  readonly within: Selection | null
}

export interface Preview {
  /** The version the op is for. */
  readonly version: number
  readonly op: LetterOp
  /** The letter as it is beside the letter as it would be. */
  readonly passages: readonly Passage[]
  /** How many edits would be undone. */
  readonly undone: number
}

export interface RolledBack {
  /** The version it led to; the head, when there was nothing to take back. */
  readonly version: number
  readonly changed: boolean
  readonly undone: number
}

export interface RollbackParts {
  readonly documents: Documents
  readonly past: Past
  readonly times: OpTimes
  readonly audit: Audit
  /** A source nobody has had before. */
  readonly sourceFor: (member: string) => string
}

/** The op that takes edits back, and what it was made from. */
interface Prepared {
  readonly head: LetterDocument
  readonly version: number
  readonly op: LetterOp
  readonly note: RollbackNote
  readonly undone: number
}

export class Rollbacks {
  readonly #parts: RollbackParts

  constructor(parts: RollbackParts) {
    this.#parts = parts
  }

  /** What a rollback would do; nothing is changed. @throws as `run` */
  async preview(request: RollbackRequest): Promise<Preview> {
    const { head, version, op, undone } = await this.#prepare(request)
    return { version, op, undone, passages: compareLetters(head, [{ op, author: request.member }]) }
  }

  /**
   * Takes edits back. May be repeated: what is undone already is left alone.
   *
   * @throws CollabError rollback/not-possible, document/no-version, op/*, server/*; the audit says so, too
   */
  async run(request: RollbackRequest, reason: string): Promise<RolledBack> {
    const { letter, firm, member, wanted, within } = request
    const id = randomUUID()
    const note = (outcome: string) =>
      this.#parts.audit.write({
        ...{ request: id, firm, member, letter, reason, outcome, action: 'rollback' },
        what: within === null ? wanted : { ...wanted, selection: within },
      })
    await note('begun')
    try {
      const done = await this.#submit(request, await this.#prepare(request))
      await note(done.changed ? `done ${done.version}` : 'unchanged')
      return done
    } catch (error) {
      // What went wrong is the thing to tell; that the book could not be written either, it tells by what it lacks.
      await note(`failed ${error instanceof CollabError ? error.code : 'server/fault'}`).catch(
        () => undefined,
      )
      throw error
    }
  }

  async #submit({ letter, member }: RollbackRequest, prepared: Prepared): Promise<RolledBack> {
    const { op, version, note, undone } = prepared
    const outcome = await this.#parts.documents.submit(
      { collection: COLLECTION, id: letter },
      {
        ...{ change: { op }, base: version, source: this.#parts.sourceFor(member), seq: 1 },
        ...{ author: member, origin: 'rollback', isTrusted: true, note: packNote(note) },
      },
    )
    return { version: outcome.version, changed: outcome.kind !== 'no-op', undone }
  }

  async #prepare({ letter, wanted, within }: RollbackRequest): Promise<Prepared> {
    const { documents, past } = this.#parts
    const document = await documents.open({ collection: COLLECTION, id: letter })
    const { version, data } = document.durable
    const head = data as LetterDocument
    const target = await this.#target(letter, wanted, within, version)
    // A selection was made at a version of its own, from which it is followed to the head.
    const after = Math.min(target.after, within?.version ?? target.after)
    const ops = await opsBetween(document, after, version)
    assertEditsOnly(ops)
    const before = await past.letterAt(letter, target.after)
    const all = letterEdits(before, ops)
    const edits = all.slice(target.after - after)
    if ('undo' in wanted && edits[0]?.origin !== 'rollback') throw noRollback(wanted.undo)

    const undone = undoneVersions(edits, target)
    const isUndone = (edit: LetterEdit) => undone.has(edit.version)
    const range = within === null ? null : rangeAtHead(within, all)
    const op = limited(retract(letterType, before, edits, isUndone).back as LetterOp, range, head)
    const bringsBack = op.ops.some(({ insert }) => insert !== undefined)
    const restored = bringsBack
      ? restoredBy(await past.blameAt(letter, target.after), edits, isUndone, range)
      : null
    return { head, version, op, note: { rollback: target, restored }, undone: undone.size }
  }

  async #target(letter: string, wanted: Wanted, within: Selection | null, head: number): Promise<Target> {
    const whole = { after: 1, upTo: head, author: null, within }
    const versionAt = (time: number) => this.#parts.times.versionAt(COLLECTION, letter, time)
    if ('undo' in wanted) return checked({ ...whole, after: wanted.undo - 1, upTo: wanted.undo }, head)
    if ('toVersion' in wanted) return checked({ ...whole, after: wanted.toVersion }, head)
    if ('session' in wanted) {
      const { from, to } = wanted.session
      return checked({ ...whole, after: from - 1, upTo: to }, head)
    }
    if ('author' in wanted) {
      const { author, since } = wanted
      const after = since === undefined ? 1 : await versionAt(since - 1)
      return checked({ ...whole, author, after: Math.min(after, head) }, head)
    }
    const [after, upTo] = [await versionAt(wanted.from - 1), await versionAt(wanted.to)]
    return checked({ ...whole, after: Math.min(after, head), upTo: Math.min(upTo, head) }, head)
  }
}

/** The letter's creation is no edit, and nothing to take back. @throws CollabError document/no-version */
function checked(target: Target, head: number): Target {
  const newest = Math.max(target.after, target.upTo, target.within?.version ?? 0)
  if (newest > head) {
    throw new CollabError('document/no-version', `The newest version is ${head}.`, { data: { head } })
  }
  return { ...target, after: Math.max(1, target.after) }
}

/** The op limited to a range, so that it leaves a letter behind. */
function limited(op: LetterOp, range: Range | null, head: LetterDocument): LetterOp {
  if (range === null) return op
  const part = opWithin(op, range)
  const missing = letterType.mend?.(head, part) ?? null
  return (missing === null ? part : letterType.compose(part, missing)) as LetterOp
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

function noRollback(version: number): CollabError {
  const message = `Version ${version} did not come about by a rollback.`
  return new CollabError('rollback/not-possible', message, { data: { why: 'no-rollback' } })
}
