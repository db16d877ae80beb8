/**
 * A database that a test can hold up, break and count, around a real one.
 *
 * Appends to the op log are what an op waits for, and the one statement whose outcome can be unknown. The answers to
 * reads of it can be held up, to be old news when they arrive.
 */

import { type Db, DbError, type Queryable, type Row, type Value } from '../../server/store/db.ts'
import { PATIENCE_MS, within } from './deadline.ts'

/** What becomes of an append. */
export type Mishap =
  /** The server says no. Nothing has happened. */
  | 'refused'
  /** There is no connection. Nothing has happened. */
  | 'unreachable'
  /** The connection breaks before the server has begun. Nothing has happened, but nobody can know. */
  | 'cut before'
  /** The connection breaks when the server is done. Everything has happened, but nobody can know. */
  | 'cut after'

export class WatchedDb implements Db {
  /** Appends that were begun: each is one transaction. */
  appends = 0
  /** Documents whose ops lost a race against another node. */
  lostRaces = 0
  readonly #db: Db
  #mishaps: Mishap[] = []
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | null = null
  #answers: Promise<void> | null = null
  #synced: Promise<void> | null = null
  #waiting = 0
  #whenHeld: (() => void)[] = []

  constructor(db: Db) {
    this.#db = db
  }

  get engine(): Db['engine'] {
    return this.#db.engine
  }

  /** The next appends end like this, one after the other. */
  breaks(...mishaps: readonly Mishap[]): void {
    this.#mishaps = [...this.#mishaps, ...mishaps]
  }

  /** From now on appends wait. @returns lets them go */
  hold(): () => void {
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const gate = { opened, open }
    this.#gate = gate
    return () => {
      if (this.#gate === gate) this.#gate = null
      gate.open()
    }
  }

  /** From now on answers to reads of ops wait. @returns lets them go */
  holdAnswers(): () => void {
    let open = () => {}
    this.#answers = new Promise<void>((resolve) => {
      open = resolve
    })
    return () => {
      this.#answers = null
      open()
    }
  }

  /** From now on the database is not synced. @returns lets it be, or fail */
  holdSync(): (failure?: Error) => void {
    let end: (failure?: Error) => void = () => {}
    this.#synced = new Promise<void>((resolve, reject) => {
      end = (failure) => (failure === undefined ? resolve() : reject(failure))
    })
    return (failure) => {
      this.#synced = null
      end(failure)
    }
  }

  /** Resolves when an append, an answer, or the end of a sync is waited for. */
  async isHolding(): Promise<void> {
    const before = this.appends
    if (this.#waiting > 0) return
    const held = new Promise<void>((resolve) => this.#whenHeld.push(resolve))
    await within(PATIENCE_MS, 'an append', held, () => ({ before, appends: this.appends }))
  }
  async query<R extends Row = Row>(text: string, values?: readonly Value[], name?: string): Promise<R[]> {
    if (name === 'read-ops' || name === 'read-many') return this.#read<R>(text, values, name)
    if (name !== 'append-op' && name !== 'append-ops') return this.#db.query<R>(text, values, name)
    this.appends++
    if (this.#gate !== null) await this.#wait(this.#gate.opened)
    const mishap = this.#mishaps.shift()
    if (mishap === 'refused') throw new DbError('refused', '53100', new Error('the disk is full'))
    if (mishap === 'unreachable') throw new DbError('unreachable', null, new Error('nobody listens'))
    if (mishap === 'cut before') throw new DbError('unknown', null, new Error('the connection broke'))
    const rows = await this.#db.query<R>(text, values, name)
    // The first value names the document or lists them; the answer, those that won.
    this.lostRaces += [values![0]].flat().length - rows.length
    if (mishap === 'cut after') throw new DbError('unknown', null, new Error('the connection broke'))
    return rows
  }

  async #read<R extends Row>(text: string, values?: readonly Value[], name?: string): Promise<R[]> {
    const rows = await this.#db.query<R>(text, values, name)
    if (this.#answers !== null) await this.#wait(this.#answers)
    return rows
  }

  async #wait(opened: Promise<void>): Promise<void> {
    this.#waiting++
    for (const resolve of this.#whenHeld.splice(0)) resolve()
    try {
      await opened
    } finally {
      this.#waiting--
    }
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#db.transaction(work)
  }

  script(text: string): Promise<void> {
    return this.#db.script(text)
  }

  async sync(): Promise<void> {
    if (this.#synced !== null) await this.#wait(this.#synced)
    await this.#db.sync()
  }

  close(): Promise<void> {
    return this.#db.close()
  }
}
