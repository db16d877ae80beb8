import type { Clock } from './clock.ts'
import type { Documents } from './doc/documents.ts'
import { Past } from './doc/past.ts'
import { Rollbacks } from './doc/rollback.ts'
import { Snapshots } from './doc/snapshots.ts'
import type { Log } from './log.ts'
import { sqlAudit } from './store/audit.ts'
import type { Db } from './store/db.ts'
import { sqlLetters } from './store/letters.ts'
import { type ObjectStore, sqlObjectStore } from './store/object-store.ts'
import { sqlOpTimes } from './store/op-times.ts'
import { KeyRing } from './store/seal.ts'
import { SealedSnapshots } from './store/sealed-snapshots.ts'
import { secret } from './store/settings.ts'
import { sqlVersionNames } from './store/version-names.ts'
import { ReckonerPool } from './workers/reckoner-pool.ts'

export interface TimeParts {
  readonly db: Db
  /** Of the database. */
  readonly epoch: string
  readonly documents: Documents
  readonly clock: Clock
  readonly log: Log
  /** By name, the one that seals first. */
  readonly snapshotKeys: readonly (readonly [string, Uint8Array])[]
}

/** The past of the letters of a node, and going back there. */
export interface Time {
  readonly past: Past
  readonly rollbacks: Rollbacks
  readonly snapshots: Snapshots
  /** Ends what is being reckoned. */
  close(): Promise<void>
}

export async function openTime({ db, epoch, documents, clock, log, snapshotKeys }: TimeParts): Promise<Time> {
  const reckoner = new ReckonerPool()
  const times = sqlOpTimes(db, epoch)
  const audit = sqlAudit(db)
  const letters = sqlLetters(db)
  const snapshots = new Snapshots({
    ...{ documents, reckoner, clock, epoch },
    store: await openSnapshots(db, snapshotKeys),
    firmOf: async (letter) => (await letters.find(letter))?.firm ?? null,
    onAlarm: (error, letter, version) =>
      log.error({ err: error, letter, version }, 'a snapshot is not there'),
  })
  const past = new Past({ documents, times, audit, reckoner, snapshots, names: sqlVersionNames(db) })
  return {
    past,
    snapshots,
    rollbacks: new Rollbacks({ documents, past, times, audit, snapshots }),
    async close() {
      await Promise.all([snapshots.close(), reckoner.close()])
    },
  }
}

/** Name of the key that every database has, and that seals where no other one is given. */
const OWN_KEY = 'database'

export async function openSnapshots(
  db: Db,
  snapshotKeys: TimeParts['snapshotKeys'],
  objects: ObjectStore = sqlObjectStore(db),
): Promise<SealedSnapshots> {
  const own = [OWN_KEY, await secret(db, 'snapshot-key')] as const
  return new SealedSnapshots({ db, objects, keys: new KeyRing([...snapshotKeys, own]) })
}
