/** Versions of letters that a person gave a name to. */

import type { Db } from './db.ts'

export interface VersionName {
  readonly version: number
  readonly name: string
  /** Member UUID. */
  readonly author: string
  /** Milliseconds since 1970. */
  readonly time: number
}

export interface VersionNames {
  /** Names a version; a name it had before is replaced. */
  put(letter: string, name: Omit<VersionName, 'time'>): Promise<VersionName>
  /** Those of versions `from` to `to`, in order. */
  list(letter: string, from: number, to: number): Promise<VersionName[]>
}

type NameRow = { version: number; name: string; author: string; time: number }

const COLUMNS = 'version, name, author, floor(extract(epoch from at) * 1000)::bigint as time'

export function sqlVersionNames(db: Db): VersionNames {
  return {
    async put(letter, { version, name, author }) {
      const [row] = await db.query<NameRow>(
        `insert into version_names (letter, version, name, author)
         values ($1::uuid, $2, $3, $4::uuid)
         on conflict (letter, version) do update
           set name = excluded.name, author = excluded.author, at = excluded.at
         returning ${COLUMNS}`,
        [letter, version, name, author],
      )
      await db.sync()
      return row!
    },

    async list(letter, from, to) {
      return db.query<NameRow>(
        `select ${COLUMNS}
         from version_names
         where letter = $1::uuid and version between $2 and $3
         order by version`,
        [letter, from, to],
      )
    },
  }
}
