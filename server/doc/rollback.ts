/**
 * Going back (rule T4): some edits of a letter are taken back by one op at its head, and everything else is kept.
 *
 * The op is made on the head as it was when the request came, and submitted like any other: what was written meanwhile,
 * and what people who are offline still have to send, is transformed over it and it over them. Transforming the op over
 * an edit that stays is what `retract` would have done with that edit, so nothing need be made anew.
 */
import { randomUUID } from 'node:crypto'
import type { Passage } from '../../ot/comparison.ts'
import type { LetterOp } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import type { Audit } from '../store/audit.ts'
import type { OpTimes, RollbackMark } from '../store/op-times.ts'
import type { Documents } from './documents.ts'
import type { OnProgress, Past } from './past.ts'
import type { TakingBack } from './reckoning.ts'
import { noteOf, packNote } from './rollback-note.ts'
import type { Snapshots } from './snapshots.ts'
import type { Outcome, Submission } from './types.ts'
import { neededFrom, type Selection, type Target } from './undone.ts'

const COLLECTION = 'letters'
/**
 * Rollbacks of a letter are numbered under one source, which no client is ever issued: of two that were made at once from the
 * same log, the second finds its number taken, by rule S4, and is made anew.
 */
const SOURCE = 'rollback'
const ATTEMPTS = 5

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
  readonly snapshots: Pick<Snapshots, 'request'>
}

/** The op that takes edits back, and where it goes. */
interface Prepared extends TakingBack {
  /** The version it is for. */
  readonly version: number
  /** Rollbacks before it. */
  readonly earlier: number
}

export class Rollbacks {
  readonly #parts: RollbackParts

  constructor(parts: RollbackParts) {
    this.#parts = parts
  }

  /** What a rollback would do; nothing is changed. @throws as `run` */
  async preview(request: RollbackRequest, onProgress?: OnProgress): Promise<Preview> {
    const { version, op, changed, passages } = await this.#prepare(request, request.member, onProgress)
    return { version, op, undone: changed, passages: passages! }
  }

  /**
   * Takes edits back. May be repeated: what is undone already is left alone.
   *
   * @throws CollabError rollback/not-possible, document/no-version, op/*, server/*; the audit says so, too
   */
  async run(request: RollbackRequest, reason: string, onProgress?: OnProgress): Promise<RolledBack> {
    const { letter, firm, member, wanted, within } = request
    const id = randomUUID()
    const note = (outcome: string) =>
      this.#parts.audit.write({
        ...{ request: id, firm, member, letter, reason, outcome, action: 'rollback' },
        what: within === null ? wanted : { ...wanted, selection: within },
      })
    await note('begun')
    try {
      const done = await this.#takeBack(request, onProgress)
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

  async #takeBack(request: RollbackRequest, onProgress?: OnProgress): Promise<RolledBack> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const prepared = await this.#prepare(request, null, onProgress)
      const { changed: undone, version } = prepared
      if (undone === 0) return { version, changed: false, undone }
      const outcome = await this.#submit(request, prepared)
      if (outcome === null || outcome.kind === 'duplicate') continue
      for (const at of [version, outcome.version]) this.#parts.snapshots.request(request.letter, at)
      return { version: outcome.version, changed: outcome.kind === 'committed', undone }
    }
    throw new CollabError('server/busy', 'Others roll this letter back at the same time. Try again.')
  }

  /** Null when more was written while it was made than an op may be behind. */
  async #submit(
    { letter, member }: RollbackRequest,
    { op, version, note, earlier }: Prepared,
  ): Promise<Outcome | null> {
    const submission: Submission = {
      ...{ change: { op }, base: version, source: SOURCE, seq: earlier + 1 },
      ...{ author: member, origin: 'rollback', isTrusted: true, keepNoOp: true, note: packNote(note) },
    }
    try {
      return await this.#parts.documents.submit({ collection: COLLECTION, id: letter }, submission)
    } catch (error) {
      if (error instanceof CollabError && error.code === 'op/version-behind') return null
      throw error
    }
  }

  async #prepare(
    { letter, wanted, within }: RollbackRequest,
    by: string | null,
    onProgress?: OnProgress,
  ): Promise<Prepared> {
    const { past, times } = this.#parts
    // In this order: what is rolled back from here on takes the number that is counted here.
    const rollbacks = await times.rollbacks(COLLECTION, letter)
    const { version } = (await past.open(letter)).durable
    if ('undo' in wanted && !rollbacks.some((rollback) => rollback.version === wanted.undo)) {
      throw noRollback(wanted.undo)
    }
    const target = await this.#target(letter, wanted, within, version)
    const from = startOf(target, rollbacks)
    const task = { kind: 'take-back', from, target, by } as const
    const taken = await past.reckon(letter, task, from, version, onProgress)
    return { ...taken, version, earlier: rollbacks.length }
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

/** The version after which all edits must be known. A selection was made at a version of its own. */
function startOf(target: Target, rollbacks: readonly RollbackMark[]): number {
  const notes = rollbacks.map((mark) => ({ version: mark.version, rollback: noteOf(mark)?.rollback ?? null }))
  let from = Math.min(target.after, target.within?.version ?? target.after)
  for (;;) {
    const known = notes.filter(({ version }) => version > from)
    const earlier = neededFrom(known, from)
    if (earlier === from) return from
    from = earlier
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

function noRollback(version: number): CollabError {
  const message = `Version ${version} did not come about by a rollback.`
  return new CollabError('rollback/not-possible', message, { data: { why: 'no-rollback' } })
}
