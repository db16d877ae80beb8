/** The databases the tables of members, letters and settings must behave the same on. */

import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Db } from '../../server/store/db.ts'
import { migrate } from '../../server/store/migrate.ts'
import { openPglite } from '../../server/store/pglite.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { freshDatabase } from '../harness/postgres.ts'
import { scratchFolder } from '../harness/scratch.ts'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

export interface OpenDatabase {
  readonly db: Db
  close(): Promise<void>
}

/** Each opens an empty database with the newest schema. */
export const DATABASES: Readonly<Record<string, () => Promise<OpenDatabase>>> = {
  async PGlite() {
    const folder = scratchFolder('pglite')
    const db = await openPglite(folder)
    await migrate(db, MIGRATIONS)
    return {
      db,
      async close() {
        await db.close()
        rmSync(folder, { recursive: true })
      },
    }
  },

  async Postgres() {
    const database = await freshDatabase()
    const db = openPostgres(database.url)
    await migrate(db, MIGRATIONS)
    return {
      db,
      async close() {
        await db.close()
        await database.drop()
      },
    }
  },
}
