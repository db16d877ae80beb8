import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Documents } from './doc/documents.ts'
import { Past } from './doc/past.ts'
import { Rollbacks } from './doc/rollback.ts'
import { Snapshots } from './doc/snapshots.ts'
import type { Log } from './log.ts'
import { sqlAudit } from './store/audit.ts'
import type { Db } from './store/db.ts'
import { sqlLetters } from './store/letters.ts'
import { movedObjectStore, type ObjectStore, sqlObjectStore } from './store/object-store.ts'
import { sqlOpTimes } from './store/op-times.ts'
import { s3ObjectStore } from './store/s3-object-store.ts'
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
  readonly config: SnapshotConfig
}

export type SnapshotConfig = Pick<Config, 'snapshotKeys' | 's3'>

/** The past of the letters of a node, and going back there. */
export interface Time {
  readonly past: Past
  readonly rollbacks: Rollbacks
  readonly snapshots: Snapshots
  /** Ends what is being reckoned. */
  close(): Promise<void>
}

export async function openTime({ db, epoch, documents, clock, log, config }: TimeParts): Promise<Time> {
  const reckoner = new ReckonerPool()
  const times = sqlOpTimes(db, epoch)
  const audit = sqlAudit(db)
  const letters = sqlLetters(db)
  const snapshots = new Snapshots({
    ...{ documents, reckoner, clock, epoch },
    store: await openSnapshots(db, config),
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

export async function openSnapshots(db: Db, config: SnapshotConfig): Promise<SealedSnapshots> {
  const keys = await openKeys(db, config)
  return new SealedSnapshots({ db, keys, objects: openObjects(db, config, keys) })
}

export async function openKeys(db: Db, { snapshotKeys }: SnapshotConfig): Promise<KeyRing> {
  return new KeyRing([...snapshotKeys, [OWN_KEY, await secret(db, 'snapshot-key')]])
}

export function openObjects(db: Db, { s3 }: SnapshotConfig, keys: KeyRing): ObjectStore {
  const inDatabase = sqlObjectStore(db)
  if (s3 === null) return inDatabase
  const inS3 = s3ObjectStore(s3, (name) => keys.keyForStore(name.slice(name.lastIndexOf('/') + 1)))
  return movedObjectStore(inS3, inDatabase)
}
