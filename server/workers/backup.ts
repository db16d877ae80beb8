/**
 * Backups: one file of a Postgres database, or a copy of the folder of an embedded one.
 *
 * A backup that was brought back is another history than the one that went on after it was taken. So it gets an epoch of
 * its own (rule S9) before anybody can open it: in the transaction that brings it in, or before the copy gets its name.
 */

import { existsSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { connectionsTo, DROP_EVERYTHING, relationsIn } from '../store/contents.ts'
import { type Db, DbError, UNDEFINED_TABLE } from '../store/db.ts'
import { RENEW_EPOCH, readEpoch, renewEpoch } from '../store/epoch.ts'
import { FolderInUse } from '../store/folder-lock.ts'
import { OpLog } from '../store/op-log.ts'
import { dump, restoreDump, tablesInDump } from '../store/pg-programs.ts'
import { copyDatabase, holdsDatabase } from '../store/pglite-copy.ts'
import { type Say, verifyAll } from './doc-commands.ts'

/** It was not begun. The message says why, and what to do. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused'
}

export interface BackupParts {
  readonly config: Pick<Config, 'databaseUrl' | 'dataDir'>
  /** Opens the database of `databaseUrl`. */
  readonly openDb: () => Promise<Db>
  readonly say: Say
}

/**
 * Writes a backup and verifies the letters in it; those of a Postgres database are verified where they are, beside the
 * servers that run on it.
 *
 * @param file  must not exist; appears when the backup is whole
 * @returns     how many documents do not agree
 */
export async function backUp(file: string, { config, openDb, say }: BackupParts): Promise<number> {
  if (existsSync(file)) throw new BackupRefused(`There is something at ${file} already. Choose another name.`)
  const { databaseUrl, dataDir } = config
  if (databaseUrl === null) {
    if (!holdsDatabase(dataDir)) {
      throw new BackupRefused(`There is no database in ${dataDir}. Set DATA_DIR, or DATABASE_URL.`)
    }
    const ill = await copying(() =>
      copyDatabase(dataDir, file, (copy) => verifyAll(new OpLog(copy), copy, say)),
    )
    await say(`${file} is a copy of the database in ${dataDir}`)
    return ill
  }
  const db = await openDb()
  try {
    await assertOurs(db)
    const unfinished = `${file}.unfinished`
    try {
      // It holds the letters, and the keys that sign sessions: nobody else's business.
      await (await open(unfinished, 'w', 0o600)).close()
      await dump(databaseUrl, unfinished)
      await rename(unfinished, file)
    } finally {
      await rm(unfinished, { force: true })
    }
    await say(`${file} holds the database: ${(await stat(file)).size} bytes`)
    return await verifyAll(new OpLog(db), db, say)
  } finally {
    await db.close()
  }
}

/**
 * Brings a backup back into an empty database, and verifies every letter.
 *
 * @param replace  what is in the database goes first
 * @returns        how many documents do not agree
 */
export async function restore(
  file: string,
  replace: boolean,
  { config, openDb, say }: BackupParts,
): Promise<number> {
  if (!existsSync(file)) throw new BackupRefused(`There is no ${file}.`)
  const { databaseUrl, dataDir } = config
  if (databaseUrl === null) return restoreFolder(file, dataDir, replace, say)

  if ((await stat(file)).isDirectory()) {
    throw new BackupRefused(
      `${file} is a folder, a copy of an embedded database. Unset DATABASE_URL to restore it into DATA_DIR.`,
    )
  }
  const tables = await tablesInDump(file)
  if (!tables.includes('public.ops') || !tables.includes('public.settings')) {
    throw new BackupRefused(`${file} is a dump of another program's database.`)
  }
  const db = await openDb()
  try {
    await assertFree(db, replace)
    await restoreDump(databaseUrl, file, { before: replace ? DROP_EVERYTHING : '', after: RENEW_EPOCH })
    const ill = await verifyAll(new OpLog(db), db, say)
    await say(`restored; the database has the new epoch ${await readEpoch(db)}`)
    return ill
  } finally {
    await db.close()
  }
}

async function restoreFolder(from: string, dataDir: string, replace: boolean, say: Say): Promise<number> {
  if (!holdsDatabase(from)) {
    throw new BackupRefused(
      `${from} is no copy of an embedded database. To restore a backup of a Postgres database, set DATABASE_URL.`,
    )
  }
  if (holdsDatabase(dataDir) && !replace) {
    throw new BackupRefused(
      `There is a database in ${dataDir} already. Set DATA_DIR to another folder, or say --replace to lose what is there.`,
    )
  }
  return copying(() =>
    copyDatabase(from, dataDir, async (copy) => {
      const epoch = await renewEpoch(copy)
      const ill = await verifyAll(new OpLog(copy), copy, say)
      await say(`restored into ${dataDir}; the database has the new epoch ${epoch}`)
      return ill
    }),
  )
}

async function copying<T>(copy: () => Promise<T>): Promise<T> {
  try {
    return await copy()
  } catch (error) {
    if (error instanceof FolderInUse) {
      throw new BackupRefused(`The server must not run meanwhile: ${error.message}.`)
    }
    throw error
  }
}

async function assertOurs(db: Db): Promise<void> {
  try {
    await readEpoch(db)
  } catch (error) {
    if (!(error instanceof DbError) || error.sqlState !== UNDEFINED_TABLE) throw error
    throw new BackupRefused(
      'This database has none of the tables of Copperplate: there is nothing to back up.',
    )
  }
}

async function assertFree(db: Db, replace: boolean): Promise<void> {
  const present = await relationsIn(db)
  if (present.length > 0 && !replace) {
    const some = present.slice(0, 4).join(', ') + (present.length > 4 ? ', …' : '')
    throw new BackupRefused(
      `The database is not empty (${present.length} tables: ${some}). Restore into an empty one, ` +
        'or say --replace to lose everything that is in it.',
    )
  }
  const others = await connectionsTo(db)
  if (others > 0) {
    throw new BackupRefused(
      `Servers are connected to the database (${others} connections). Stop them first: what they commit while it is ` +
        'being replaced would be acknowledged and lost.',
    )
  }
}
