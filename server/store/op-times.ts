/** When the ops of a document were made, and how much there is to them: what is known without reading them. */

import type { OpRecord } from '../../ot/logged-op.ts'
import type { Queryable, Row } from './db.ts'
import { inEpoch } from './epoch.ts'

export interface OpTimes {
  /** The newest version a document had at a moment, milliseconds since 1970; 0 when it had none yet. */
  versionAt(collection: string, id: string, time: number): Promise<number>
  /**
   * How large the ops are, in characters of their JSON, added up over equal parts of the log from version 1 to `head`;
   * as many numbers as `parts`.
   */
  sizes(collection: string, id: string, head: number, parts: number): Promise<number[]>
  /** All ops of origin `rollback`, in order. */
  rollbacks(collection: string, id: string): Promise<RollbackMark[]>
}

/** `meta` as the log has it. */
export type RollbackMark = Pick<OpRecord, 'version' | 'origin' | 'meta'>

/** @param epoch  as of the op log; null for whichever there is */
export function sqlOpTimes(db: Queryable, epoch: string | null = null): OpTimes {
  return {
    async versionAt(collection, id, time) {
      const [row] = await db.query<{ version: number }>(
        VERSION_AT,
        [collection, id, time, epoch],
        'version-at',
      )
      return row?.version ?? 0
    },

    async sizes(collection, id, head, parts) {
      const rows = await db.query<{ part: number; size: number }>(
        SIZES,
        [collection, id, head, parts, epoch],
        'op-sizes',
      )
      const sizes = new Array<number>(parts).fill(0)
      for (const { part, size } of rows) sizes[part - 1] = size
      return sizes
    },

    async rollbacks(collection, id) {
      return db.query<RollbackMark & Row>(
        `select ops.version, ops.origin, ops.meta
           from documents
           join ops on ops.document = documents.number and ops.origin = 'rollback'
          where documents.collection = $1 and documents.id = $2 and ${inEpoch('$3')}
          order by ops.version`,
        [collection, id, epoch],
        'rollbacks',
      )
    },
  }
}

const SIZES = `
select width_bucket(ops.version::float8, 0.5, $3::float8 + 0.5, $4::int) as part, sum(length(ops.body))::bigint as size
  from documents
  join heads on heads.document = documents.number
  join ops on ops.document = documents.number and ops.version between 1 and $3::bigint
 where documents.collection = $1 and documents.id = $2 and ${inEpoch('$5')}
 group by 1`

/** Halves the log until one version is left: times never decrease, and an index on them would cost every op. */
const VERSION_AT = `
with recursive search (document, low, high) as (
  select heads.document, 0::bigint, heads.version + 1
    from documents
    join heads on heads.document = documents.number
   where documents.collection = $1 and documents.id = $2 and ${inEpoch('$4')}
  union all
  select search.document,
         case when ops.time <= $3::bigint then ops.version else search.low end,
         case when ops.time <= $3::bigint then search.high else ops.version end
    from search
    join ops on ops.document = search.document and ops.version = (search.low + search.high) / 2
   where search.high - search.low > 1
)
select low as version
  from search
 where high - low = 1`
