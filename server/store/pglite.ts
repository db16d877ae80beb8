import { mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite, type Transaction } from '@electric-sql/pglite'
import { type Db, DbError, type Queryable, type Row, type Value } from './db.ts'
import { lockFolder } from './folder-lock.ts'

/** int8, as in postgres.ts. */
const BIGINT = 20

/**
 * Opens the embedded database in `folder`, creating it when it is not there.
 *
 * PGlite is PostgreSQL compiled to WebAssembly, in this process and on one connection: statements run one after
 * another. 16 MB of shared buffers are plenty for it and save half the memory (168 MB instead of 325).
 *
 * It never calls fsync. A row's bytes are in the file when its statement returns, so they survive the death of
 * the process, but not of the machine; `sync` makes the write-ahead log survive that too. Checkpoints stay
 * unsynced: README, "What saved means".
 *
 * @throws Error when another process holds the folder
 */
export async function openPglite(folder: string): Promise<Db> {
  mkdirSync(folder, { recursive: true })
  const lock = lockFolder(folder)
  const data = join(folder, 'pglite')
  let lite: PGlite
  try {
    lite = await PGlite.create({
      dataDir: data,
      startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
      parsers: { [BIGINT]: Number },
    })
  } catch (error) {
    lock.release()
    throw new Error(`the embedded database in ${folder} does not open`, { cause: error })
  }
  const log = new WriteAheadLog(join(data, 'pg_wal'))
  let closing: Promise<void> | null = null

  return {
    engine: 'pglite',
    query: <R extends Row>(text: string, values?: readonly Value[]) => run<R>(lite, text, values),
    transaction: (work) =>
      lite.transaction((tx) => work({ query: (text, values) => run(tx, text, values) } as Queryable)),
    script: async (text) => void (await lite.exec(text)),
    sync: async () => {
      const [row] = await run<{ file: string }>(lite, 'select pg_walfile_name(pg_current_wal_lsn()) as file')
      await log.sync(row!.file)
    },
    close: () => {
      closing ??= lite
        .close()
        .then(() => log.close())
        .finally(() => lock.release())
      return closing
    },
  }
}

async function run<R extends Row>(
  on: PGlite | Transaction,
  text: string,
  values?: readonly Value[],
): Promise<R[]> {
  try {
    const result = await on.query<R>(text, values as unknown[] | undefined)
    return result.rows
  } catch (error) {
    const code = (error as { code?: unknown }).code
    // In the same process there is no link that could break: what fails had no effect.
    throw new DbError('refused', typeof code === 'string' ? code : null, error)
  }
}

/**
 * The write-ahead log's files, 16 MB each. A batch's commit record is in the current file, or its rows began in
 * the one before it: both are synced when the file has changed since the last call.
 */
class WriteAheadLog {
  readonly #folder: string
  #name = ''
  #file: Awaited<ReturnType<typeof open>> | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  async sync(name: string): Promise<void> {
    if (name !== this.#name) {
      await this.close()
      this.#file = await open(join(this.#folder, name), 'r+')
      this.#name = name
    }
    await this.#file!.datasync()
  }

  async close(): Promise<void> {
    await this.#file?.datasync()
    await this.#file?.close()
    this.#file = null
    this.#name = ''
  }
}
