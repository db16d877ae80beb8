/** Members of firms: the only place that holds a name. */

import type { Queryable } from './db.ts'

export interface Member {
  readonly id: string
  readonly firm: string
  readonly name: string
  readonly admin: boolean
}

export interface MemberStore {
  find(id: string): Promise<Member | null>
  /**
   * Writes a member, and the firm when it is new. A name or a right that changed is updated; the firm of a
   * member never is.
   *
   * @returns null when the member belongs to another firm; nothing was written then
   */
  put(member: Member): Promise<Member | null>
  /** The members of a firm, by name. */
  list(firm: string): Promise<Member[]>
}

/** `interface` would not do: a row must have an index signature. */
type MemberRow = { id: string; firm: string; name: string; admin: boolean }

export function sqlMembers(db: Queryable): MemberStore {
  return {
    async find(id) {
      const rows = await db.query<MemberRow>(
        `select id, firm, name, admin
         from members
         where id = $1::uuid`,
        [id],
        'member-find',
      )
      return rows[0] ?? null
    },

    async put(member) {
      const rows = await db.query<MemberRow>(
        `with firm as (
           insert into firms (id)
           values ($2::uuid)
           on conflict (id) do nothing
         )
         insert into members (id, firm, name, admin)
         values ($1::uuid, $2::uuid, $3, $4)
         on conflict (id) do update
           set name = excluded.name, admin = excluded.admin
           where members.firm = excluded.firm
         returning id, firm, name, admin`,
        [member.id, member.firm, member.name, member.admin],
      )
      return rows[0] ?? null
    },

    async list(firm) {
      return db.query<MemberRow>(
        `select id, firm, name, admin
         from members
         where firm = $1::uuid
         order by lower(name), id`,
        [firm],
      )
    },
  }
}
