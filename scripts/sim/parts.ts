import type { DeviceStore } from '../../client/sync/device-store.ts'
import { Documents } from '../../server/doc/documents.ts'
import { HeadSweep, type SweepParts } from '../../server/doc/head-sweep.ts'
import type { DocumentDeps, TypeOf } from '../../server/doc/types.ts'
import { type CommitLog, GroupCommit } from '../../server/store/group-commit.ts'
import { typeOf } from '../../server/sync/types.ts'
import type { NodeLog } from './log-link.ts'
import type { ModelDatabase } from './model-database.ts'

/** What a node, and a client, is built of, as server/node.ts does it. A mutant puts one wrong thing in the place of a right one. */
export interface Parts {
  readonly database: (database: ModelDatabase) => void
  readonly log: (log: NodeLog) => NodeLog
  readonly committer: (log: CommitLog) => GroupCommit
  readonly documents: (deps: DocumentDeps) => Documents
  readonly sweep: (parts: SweepParts) => HeadSweep | null
  readonly typeOf: TypeOf
  /** What a client keeps things in. */
  readonly store: (store: DeviceStore) => DeviceStore
}

export const REAL: Parts = {
  database: () => undefined,
  log: (log) => log,
  committer: (log) => new GroupCommit(log),
  documents: (deps) => new Documents(deps),
  sweep: (parts) => new HeadSweep(parts),
  typeOf,
  store: (store) => store,
}
