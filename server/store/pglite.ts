import { mkdirSync } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
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
 * the process, but not of the machine; `sync` makes the write-ahead log survive that too, and closing syncs
 * everything. Checkpoints in between stay unsynced: README, "What saved means".
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
        .then(() => syncTree(data))
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

/** Names of the write-ahead log's files, which sort in the order they are filled. */
const SEGMENT = /^[0-9A-F]{24}$/

/** The files of the write-ahead log, 16 MB each, of which the newest is kept open. */
class WriteAheadLog {
  readonly #folder: string
  /** The file that was synced last; empty before the first call. */
  #name = ''
  #file: FileHandle | null = null
  #syncing: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Syncs what was written since the last call, up to the file of that name. Calls take turns. */
  sync(name: string): Promise<void> {
    this.#syncing = this.#syncing.catch(() => undefined).then(() => this.#sync(name))
    return this.#syncing
  }

  async close(): Promise<void> {
    await this.#syncing.catch(() => undefined)
    await this.#letGo()
  }

  async #sync(name: string): Promise<void> {
    if (name === this.#name) return this.#file!.datasync()
    // A batch began in the file of the last call and may have filled some on its way. The named one is not there
    // yet when the batch ended with the file before it.
    const since = this.#name
    const files = (await readdir(this.#folder)).filter(
      (file) => SEGMENT.test(file) && file >= since && file <= name,
    )
    for (const file of files.sort()) {
      await this.#letGo()
      this.#file = await open(join(this.#folder, file), 'r+')
      await this.#file.datasync()
      this.#name = file
    }
    await syncFolder(this.#folder)
  }

  async #letGo(): Promise<void> {
    const file = this.#file
    this.#file = null
    this.#name = ''
    await file?.close()
  }
}

/** Syncs every file and folder below `path`: about a thousand of them. */
async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name)
    if (entry.isDirectory()) await syncTree(inside)
    else await syncFile(inside)
  }
  await syncFolder(path)
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A new file survives a power cut only when its folder does, which Windows sees to by itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
