/** Letters: what a list of them shows, and who may open one. The text is in the op log. */

import type { Queryable } from './db.ts'

export interface Letter {
  readonly id: string
  readonly firm: string
  readonly title: string
  /** Member UUID. */
  readonly createdBy: string
  /** Microseconds since 1970, as exact as the database keeps it: pages of a list continue from it. */
  readonly createdUs: number
  readonly archived: boolean
  /** The durable head; 0 when the log has nothing yet. */
  readonly version: number
  /** Milliseconds since 1970 of the newest op; the first one comes a moment before the letter itself. */
  readonly updatedAt: number
  /** Member who made the newest op; null when a machine did. */
  readonly updatedBy: string | null
}

export type NewLetter = Pick<Letter, 'id' | 'firm' | 'title' | 'createdBy'>

/** Where a page of a list ended. */
export type Position = Pick<Letter, 'createdUs' | 'id'>

export interface LetterStore {
  /** A letter of any firm, archived or not. */
  find(id: string): Promise<Letter | null>
  /** @returns false when the id is in use; nothing was written then */
  insert(letter: NewLetter): Promise<boolean>
  /** The letters of a firm that are not archived, newest first, after a position. */
  list(firm: string, after: Position | null, limit: number): Promise<Letter[]>
  /** @returns false when the firm has no such letter, or archived it */
  rename(firm: string, id: string, title: string): Promise<boolean>
  /** @returns false when the firm has no such letter, or archived it before */
  archive(firm: string, id: string): Promise<boolean>
}

type LetterRow = {
  id: string
  firm: string
  title: string
  created_by: string
  created_us: number
  archived: boolean
  version: number
  updated_at: number
  updated_by: string | null
}

const SELECT_LETTERS = `
  select
    letters.id,
    letters.firm,
    letters.title,
    letters.created_by,
    (extract(epoch from letters.created_at) * 1000000)::bigint as created_us,
    letters.archived_at is not null as archived,
    coalesce(heads.version, 0) as version,
    greatest(heads.time, floor(extract(epoch from letters.created_at) * 1000)::bigint) as updated_at,
    case when heads.version is null then letters.created_by else heads.author end as updated_by
  from letters
  left join documents on documents.collection = 'letters' and documents.id = letters.id::text
  left join heads on heads.document = documents.number`

export function sqlLetters(db: Queryable): LetterStore {
  return {
    async find(id) {
      const rows = await db.query<LetterRow>(
        `${SELECT_LETTERS}
         where letters.id = $1::uuid`,
        [id],
        'letter-find',
      )
      return rows[0] === undefined ? null : letterOf(rows[0])
    },

    async insert(letter) {
      const rows = await db.query(
        `insert into letters (id, firm, title, created_by)
         values ($1::uuid, $2::uuid, $3, $4::uuid)
         on conflict (id) do nothing
         returning id`,
        [letter.id, letter.firm, letter.title, letter.createdBy],
      )
      return rows.length > 0
    },

    async list(firm, after, limit) {
      const rows =
        after === null
          ? await db.query<LetterRow>(
              `${SELECT_LETTERS}
               where letters.firm = $1::uuid
                 and letters.archived_at is null
               order by letters.created_at desc, letters.id desc
               limit $2`,
              [firm, limit],
            )
          : await db.query<LetterRow>(
              `${SELECT_LETTERS}
               where letters.firm = $1::uuid
                 and letters.archived_at is null
                 and (letters.created_at, letters.id)
                   < ('epoch'::timestamptz + $3::float8 * interval '1 microsecond', $4::uuid)
               order by letters.created_at desc, letters.id desc
               limit $2`,
              [firm, limit, after.createdUs, after.id],
            )
      return rows.map(letterOf)
    },

    async rename(firm, id, title) {
      const rows = await db.query(
        `update letters
         set title = $3
         where id = $2::uuid
           and firm = $1::uuid
           and archived_at is null
         returning id`,
        [firm, id, title],
      )
      return rows.length > 0
    },

    async archive(firm, id) {
      const rows = await db.query(
        `update letters
         set archived_at = now()
         where id = $2::uuid
           and firm = $1::uuid
           and archived_at is null
         returning id`,
        [firm, id],
      )
      return rows.length > 0
    },
  }
}

function letterOf(row: LetterRow): Letter {
  return {
    id: row.id,
    firm: row.firm,
    title: row.title,
    createdBy: row.created_by,
    createdUs: row.created_us,
    archived: row.archived,
    version: row.version,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }
}
