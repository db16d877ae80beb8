import type { DeviceStore } from '../../client/sync/device-store.ts'
import type { Insert } from '../../ot/component.ts'
import { Documents } from '../../server/doc/documents.ts'
import { HeadSweep, type SweepParts } from '../../server/doc/head-sweep.ts'
import type { DocumentDeps, TypeOf } from '../../server/doc/types.ts'
import { type CommitLog, GroupCommit } from '../../server/store/group-commit.ts'
import { typeOf } from '../../server/sync/types.ts'
import type { Browser } from './browser.ts'
import type { NodeLog } from './log-link.ts'
import type { ModelDatabase } from './model-database.ts'

/** A letter and its version. */
export interface Head {
  readonly version: number
  readonly letter: readonly Insert[]
}

/** What a node is built of, as server/node.ts does it. A mutant puts one wrong thing in the place of a right one. */
export interface Parts {
  readonly database: (database: ModelDatabase) => void
  readonly log: (log: NodeLog) => NodeLog
  readonly committer: (log: CommitLog) => GroupCommit
  readonly documents: (deps: DocumentDeps) => Documents
  readonly sweep: (parts: SweepParts) => HeadSweep | null
  readonly typeOf: TypeOf
  /** What a tab of our own client has of its device. @param head  of a letter, as the database has it */
  readonly device: (store: DeviceStore, head: (letter: string) => Head) => DeviceStore
  /** What our own client says, as it leaves. */
  readonly says: (text: string, browser: Browser) => string
}

export const REAL: Parts = {
  database: () => undefined,
  log: (log) => log,
  committer: (log) => new GroupCommit(log),
  documents: (deps) => new Documents(deps),
  sweep: (parts) => new HeadSweep(parts),
  typeOf,
  device: (store) => store,
  says: (text) => text,
}
