import { CollabError } from '../../ot/errors.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { documentType } from '../../ot/types.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../store/db.ts'
import { DbError } from '../store/db.ts'
import type { ForeignKey, ForeignLog, ForeignOp, ForeignSnapshot } from '../store/foreign-log.ts'
import { sqlLetters } from '../store/letters.ts'
import { OpLog } from '../store/op-log.ts'
import { letterId, titleOf } from './imported-letter.ts'
import {
  canonicalText,
  HistoryFault,
  isLetter,
  kindOf,
  NotALetter,
  StockHistory,
  withFinalNewline,
} from './stock-history.ts'
import { firstDifference, verifyDocument } from './verify.ts'

/** Ops that are read, and appended, at a time. */
const PIECE = 500
const COLLECTION = 'letters'

export interface ImportParts {
  readonly from: ForeignLog
  readonly db: Db
  readonly clock: Clock
  /** UUIDs of the firm the letters will belong to and of the member who owns them; both exist. */
  readonly firm: string
  readonly owner: string
  /** Letters that were created without a newline at their end get one, from their first version on. */
  readonly addFinalNewline: boolean
}

/** What became of a document. */
export type Imported =
  /** `ops` of its ops were new here. */
  | {
      readonly kind: 'imported'
      readonly key: ForeignKey
      readonly id: string
      readonly version: number
      readonly ops: number
    }
  | { readonly kind: 'present'; readonly key: ForeignKey; readonly id: string; readonly version: number }
  /** It is no letter. */
  | { readonly kind: 'skipped'; readonly key: ForeignKey; readonly why: string }
  /** Nothing of it is here that was not here before. */
  | { readonly kind: 'failed'; readonly key: ForeignKey; readonly why: string }

/**
 * Takes the letters of a database that stock sharedb-postgres wrote over into our log, with all their history.
 *
 * Each document is one transaction: its ops, 500 a statement; then the check, for which our log is read back and
 * replayed from nothing; then its row in the list of letters. What does not come out, byte for byte, as the other
 * database has it is rolled back whole, and the next document gets its turn.
 *
 * May be repeated. What is here already is left alone, and ops that were added over there since are appended, as long as
 * nobody has edited the letter here.
 *
 * @param collection  null for all
 * @throws DbError when a database cannot be reached: what was yielded before stays
 */
export async function* importLetters(
  parts: ImportParts,
  collection: string | null,
): AsyncGenerator<Imported> {
  for await (const key of parts.from.keys(collection)) yield await importLetter(parts, key)
}

async function importLetter(parts: ImportParts, key: ForeignKey): Promise<Imported> {
  try {
    const theirs = await parts.from.snapshot(key)
    if (theirs === null) throw new HistoryFault('it has ops, but no snapshot to compare them with')
    if (theirs.type !== null && !isLetter(theirs.type)) throw new NotALetter(kindOf(theirs.type))
    const id = letterId(key)
    const present = await presentVersion(parts, key, id, theirs)
    if (present >= theirs.version) return { kind: 'present', key, id, version: present }
    await parts.db.transaction((tx) =>
      new Transfer(parts, { ...parts.db, ...tx, sync: later }, key, id).run(theirs),
    )
    await parts.db.sync()
    return { kind: 'imported', key, id, version: theirs.version, ops: theirs.version - present }
  } catch (error) {
    if (error instanceof NotALetter)
      return { kind: 'skipped', key, why: `it is ${error.message} and no rich text` }
    if (error instanceof HistoryFault || error instanceof CollabError) {
      return { kind: 'failed', key, why: error.message }
    }
    if (error instanceof DbError && error.kind === 'refused') {
      return { kind: 'failed', key, why: `the database refused it: ${error.message}` }
    }
    throw error
  }
}

/** A statement inside a transaction is made durable by its end. */
async function later(): Promise<void> {}

/**
 * The version of the letter that is here; 0 when there is none.
 *
 * @throws HistoryFault when what is here is another letter, or has been edited as well as the one over there
 */
async function presentVersion(
  { db, from }: ImportParts,
  key: ForeignKey,
  id: string,
  theirs: ForeignSnapshot,
): Promise<number> {
  const log = new OpLog(db)
  const stored = await log.find(COLLECTION, id)
  if (stored === null || stored.version === 0) return 0
  const last = Math.min(stored.version, theirs.version)
  for (const version of new Set([1, last])) {
    const [ours] = await log.read(stored.document, version - 1, version)
    const [their] = await from.ops(key, version - 1, 1)
    if (ours === undefined || their === undefined || !isSame(ours, their)) {
      throw new HistoryFault(
        version === 1
          ? `it cannot become ${id}: that id belongs to another letter here`
          : 'it has been edited both here and there since it was imported',
      )
    }
  }
  return stored.version
}

function isSame(ours: LoggedOp, their: ForeignOp): boolean {
  // What is read from jsonb is an object, or the import would have refused it.
  const { src, seq } = their.operation as { src?: unknown; seq?: unknown }
  const isImported = ours.origin === 'import' && ours.version === their.version
  return isImported && (ours.source === null || (ours.source === src && ours.seq === seq))
}

/** One document on its way, inside one transaction. */
class Transfer {
  readonly #parts: ImportParts
  readonly #tx: Db
  readonly #log: OpLog
  readonly #key: ForeignKey
  readonly #id: string
  readonly #history: StockHistory

  constructor(parts: ImportParts, tx: Db, key: ForeignKey, id: string) {
    this.#parts = parts
    this.#tx = tx
    this.#log = new OpLog(tx)
    this.#key = key
    this.#id = id
    this.#history = new StockHistory({ now: parts.clock.now(), addFinalNewline: parts.addFinalNewline })
  }

  /** @throws HistoryFault, NotALetter */
  async run(theirs: ForeignSnapshot): Promise<void> {
    const document = await this.#log.name(COLLECTION, this.#id)
    const present = (await this.#log.heads([document])).get(document) ?? 0
    for (let at = 0; at < theirs.version; at = this.#history.at.version) {
      const rows = await this.#parts.from.ops(this.#key, at, Math.min(PIECE, theirs.version - at))
      if (rows.length === 0) throw new HistoryFault(`its version ${at + 1} is missing`)
      const ops = rows.map((row) => this.#history.take(row))
      await this.#append(document, ops.slice(Math.max(0, present - at)))
    }
    await this.#refuseMoreOps(theirs)
    await this.#compare(theirs)
    await this.#log.saveSnapshot(document, this.#history.at)
    await this.#enter()
  }

  async #append(document: number, ops: readonly LoggedOp[]): Promise<void> {
    const [first] = ops
    if (first === undefined) return
    const won = await this.#log.append([{ document, expected: first.version - 1, ops, meta: null }])
    if (!won.has(document)) throw new HistoryFault('it is being edited here at this moment')
  }

  /** A server may have gone on writing; then the snapshot has moved as well, and the rest is for the next time. */
  async #refuseMoreOps({ version }: ForeignSnapshot): Promise<void> {
    const [more] = await this.#parts.from.ops(this.#key, version, 1)
    if (more === undefined) return
    const now = await this.#parts.from.snapshot(this.#key)
    if (now === null || now.version < more.version) {
      throw new HistoryFault(`it has ops past version ${version}, where its snapshot stands`)
    }
  }

  async #compare(theirs: ForeignSnapshot): Promise<void> {
    const verdict = await verifyDocument(this.#log, { collection: COLLECTION, id: this.#id }, documentType)
    if (verdict === null) throw new HistoryFault('it is not in the log after it was written')
    const { at, problems } = verdict
    if (problems.length > 0) throw new HistoryFault(`it does not replay here: ${problems.join('; ')}`)
    if (at.version !== theirs.version) {
      throw new HistoryFault(
        `it replays to version ${at.version}, but its snapshot is of version ${theirs.version}`,
      )
    }
    if ((at.type === null) !== (theirs.type === null)) {
      throw new HistoryFault(
        at.type === null
          ? `it is deleted by its ops, but its snapshot of version ${theirs.version} has text`
          : `it has text by its ops, but its snapshot of version ${theirs.version} is deleted`,
      )
    }
    if (at.type === null) return
    const there = this.#theirText(theirs)
    const here = canonicalText(at.data)
    if (there !== here) {
      throw new HistoryFault(
        `it replays to another text than its snapshot of version ${theirs.version}: ${firstDifference(there, here)}`,
      )
    }
  }

  #theirText({ version, data }: ForeignSnapshot): string {
    try {
      return canonicalText(this.#parts.addFinalNewline ? withFinalNewline(data) : data)
    } catch (error) {
      if (!(error instanceof CollabError)) throw error
      throw new HistoryFault(`it has a snapshot of version ${version} that is no letter: ${error.message}`)
    }
  }

  /** Puts it on the list of letters. One that is deleted has left it: it is archived, and its history stays. */
  async #enter(): Promise<void> {
    const { firm, owner } = this.#parts
    const letters = sqlLetters(this.#tx)
    const title = titleOf(this.#history.lastText, this.#key.id)
    await letters.insert({ id: this.#id, firm, title, createdBy: owner })
    if (this.#history.at.type === null) await letters.archive(firm, this.#id)
  }
}
