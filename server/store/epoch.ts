/**
 * Which history of the database this is (rule S9).
 *
 * Versions count ops, so a database that was taken back in time counts them again, with other words in them: whoever
 * knew the old history must not go on as if it were this one. Each history has a random name, the epoch. It is made
 * with the schema, and made anew by whatever takes the database back: `npm run restore` does so in the transaction
 * that brings the backup in, and whoever promotes a standby says `npm run epoch -- --new`. A node that finds the log
 * shorter than it knows it to be says so itself.
 */

import type { Queryable } from './db.ts'

const LOOK_MS = 1_000

/** @throws DbError UNDEFINED_TABLE before the first migration */
export async function readEpoch(db: Queryable): Promise<string> {
  const [row] = await db.query<{ value: string }>(
    "select value from settings where name = 'epoch'",
    [],
    'read-epoch',
  )
  return row?.value ?? ''
}

/** One statement, for a script that has others around it. Works on a backup that is older than epochs are. */
export const RENEW_EPOCH = `insert into settings (name, value)
values ('epoch', gen_random_uuid()::text)
on conflict (name) do update set value = excluded.value`

/** Begins a new history: every node starts afresh, and every client that knew the old one. */
export async function renewEpoch(db: Queryable): Promise<string> {
  await db.query(RENEW_EPOCH)
  return readEpoch(db)
}

/** The same, unless somebody has begun one since `epoch` was read: of many nodes that notice, one makes it. */
export async function renewEpochFrom(db: Queryable, epoch: string): Promise<void> {
  await db.query("update settings set value = gen_random_uuid()::text where name = 'epoch' and value = $1", [
    epoch,
  ])
}

/**
 * A condition of SQL: the statement is meant for this history.
 *
 * A node finds out within a second that its database is another one by now. What it says until then must neither
 * write into a history it does not know, nor read from it: document 17 may be another letter there.
 *
 * @param parameter  holds the epoch; null when any will do
 */
export function inEpoch(parameter: `$${number}`): string {
  return `(${parameter}::text is null or ${parameter} = (select value from settings where name = 'epoch'))`
}

/**
 * Looks every second, and whenever it is asked to, whether the database still is the one the node knows.
 *
 * A database that cannot be asked is not another one: it will be asked again.
 */
export class EpochWatch {
  readonly #db: Queryable
  readonly #epoch: string
  readonly #onEnd: () => void
  readonly #timer: NodeJS.Timeout
  /** The look that is under way, and the one that was asked for meanwhile. */
  #current: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null
  #isOver = false

  /** @param onEnd  called once, when the epoch is another one */
  constructor(db: Queryable, epoch: string, onEnd: () => void) {
    this.#db = db
    this.#epoch = epoch
    this.#onEnd = onEnd
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref()
  }

  /** Resolves after a look that began after this call. However many ask at once, one look answers them. */
  look(): Promise<void> {
    this.#next ??= this.#current.then(() => {
      this.#next = null
      this.#current = this.#look()
      return this.#current
    })
    return this.#next
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    if (this.#isOver) return
    const found = await readEpoch(this.#db).catch(() => this.#epoch)
    if (found === this.#epoch || this.#isOver) return
    this.#isOver = true
    this.close()
    this.#onEnd()
  }
}
