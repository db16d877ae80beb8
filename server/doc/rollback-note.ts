/** What a rollback's op keeps beside itself, in the log's `meta`: what it undid, and who wrote what it brought back. */
import type { Blamed } from '../../ot/blame.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import type { Target } from './undone.ts'

export interface RollbackNote {
  readonly rollback: Target
  /** As `restoredBy` answers. */
  readonly restored: readonly Blamed[] | null
}

/** As it goes into JSON: what was restored as `[length, author, version]`. */
export function packNote({ rollback, restored }: RollbackNote): object {
  return {
    rollback,
    restored: restored?.map(({ length, author, version }) => [length, author, version]) ?? null,
  }
}

/** Null for an op that is no rollback of ours. */
export function noteOf({ origin, meta }: Pick<LoggedOp, 'origin' | 'meta'>): RollbackNote | null {
  if (origin !== 'rollback' || meta === null) return null
  // Written by packNote.
  const { rollback, restored } = JSON.parse(meta) as {
    rollback?: Target
    restored?: [number, string, number][] | null
  }
  if (rollback === undefined) return null
  const stretches = restored?.map(([length, author, version]) => ({ length, author, version })) ?? null
  return { rollback, restored: stretches }
}
