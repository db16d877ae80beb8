/**
 * Copies of the embedded database: its folder, which nobody may write to meanwhile.
 *
 * A copy is a data folder like the original: `DATA_DIR` may point to it. What is being written has another name
 * until it is whole.
 */

import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Db } from './db.ts'
import { lockFolder } from './folder-lock.ts'
import { openPglite } from './pglite.ts'

/** Where `openPglite` puts the database inside a data folder. */
const DATABASE = 'pglite'

/** True when a data folder, or a copy of one, holds a database. */
export function holdsDatabase(folder: string): boolean {
  return existsSync(join(folder, DATABASE, 'PG_VERSION'))
}

/**
 * Copies the database of one data folder into another, lets `settle` work on the copy, and only then gives it its name.
 * Closing the copy puts it on the disk as a whole.
 *
 * @param to       need not exist; a database that is in it is replaced at the end
 * @throws FolderInUse; `to` is as it was then, and after any other failure
 */
export async function copyDatabase<T>(
  from: string,
  to: string,
  settle: (copy: Db) => Promise<T>,
): Promise<T> {
  await mkdir(to, { recursive: true })
  const target = lockFolder(to)
  const unfinished = join(to, 'unfinished-copy')
  try {
    await rm(unfinished, { recursive: true, force: true })
    const source = lockFolder(from)
    try {
      await cp(join(from, DATABASE), join(unfinished, DATABASE), { recursive: true })
    } finally {
      source.release()
    }
    const copy = await openPglite(unfinished)
    let result: T
    try {
      result = await settle(copy)
    } finally {
      await copy.close()
    }
    if (holdsDatabase(to)) await rename(join(to, DATABASE), join(unfinished, 'replaced'))
    await rename(join(unfinished, DATABASE), join(to, DATABASE))
    return result
  } finally {
    await rm(unfinished, { recursive: true, force: true })
    target.release()
    await rmdir(to).catch(() => undefined) // stays when something is in it
  }
}
