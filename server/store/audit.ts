/** The book of who did what to a letter and why. Rows are only ever added: the database refuses anything else. */

import type { Db } from './db.ts'

export interface AuditEntry {
  /** UUID; the same in both rows of a request. */
  readonly request: string
  readonly firm: string
  readonly member: string
  readonly action: 'rollback'
  readonly letter: string
  /** What was asked for, as it goes into JSON. */
  readonly what: object
  readonly reason: string
  /** `begun`; then `done <version>`, `unchanged`, or `failed <code>`. */
  readonly outcome: string
}

export interface Audit {
  /** Durable when it resolves. */
  write(entry: AuditEntry): Promise<void>
  /** Why a letter was rolled back, by the version that came of it, for versions `from` to `to`. */
  reasons(letter: string, from: number, to: number): Promise<Map<number, string>>
}

export function sqlAudit(db: Db): Audit {
  return {
    async write({ request, firm, member, action, letter, what, reason, outcome }) {
      await db.query(
        `insert into audit (request, firm, member, action, letter, what, reason, outcome)
         values ($1::uuid, $2::uuid, $3::uuid, $4, $5::uuid, $6, $7, $8)`,
        [request, firm, member, action, letter, JSON.stringify(what), reason, outcome],
      )
      await db.sync()
    },

    async reasons(letter, from, to) {
      const rows = await db.query<{ version: number; reason: string }>(
        `select done.version, audit.reason
           from audit, lateral (select split_part(outcome, ' ', 2)::bigint as version) as done
          where audit.letter = $1::uuid and audit.action = 'rollback' and audit.outcome like 'done %'
            and done.version between $2 and $3`,
        [letter, from, to],
      )
      return new Map(rows.map(({ version, reason }) => [version, reason]))
    },
  }
}
