import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { createApi } from './api/api.ts'
import { Authenticator } from './auth/authenticate.ts'
import { memberOf, SourceIssuer } from './auth/source.ts'
import { systemClock, systemTimer } from './clock.ts'
import type { Config } from './config.ts'
import { Documents } from './doc/documents.ts'
import { HeadSweep } from './doc/head-sweep.ts'
import { Letters } from './doc/letters.ts'
import type { DocumentKey } from './doc/types.ts'
import type { Log } from './log.ts'
import type { Bus } from './pubsub/bus.ts'
import type { Db } from './store/db.ts'
import { EpochWatch, readEpoch, renewEpochFrom } from './store/epoch.ts'
import { GroupCommit } from './store/group-commit.ts'
import { sqlLetters } from './store/letters.ts'
import { sqlMembers } from './store/members.ts'
import { migrate } from './store/migrate.ts'
import { OpLog } from './store/op-log.ts'
import { secret } from './store/settings.ts'
import { createStockTables, stockLetters } from './store/stock-tables.ts'
import { openCollab } from './sync/backend.ts'
import { Door } from './sync/door.ts'
import { openStock, type Stock } from './sync/stock.ts'
import { typeOf } from './sync/types.ts'
import { openTime } from './time.ts'

/** The embedded database costs 0.4 ms of this thread per statement: ops wait this long for company. */
const PGLITE_GATHER_MS = 2

export interface NodeParts {
  readonly db: Db
  readonly bus: Bus
  readonly config: Config
  /** Folder of the program. */
  readonly root: string
  readonly log: Log
  /** @throws CollabError while the process cannot take requests */
  readonly assertOpen: () => void
  /** Told once, when the database turns out to be of another epoch than this node (rule S9). */
  readonly onRestored: () => void
}

/** All of a node that rests on what its database said when it was built: keys, members, documents, and both doors. */
export interface Node {
  readonly api: RequestListener
  readonly door: Door
  /** Commits what has been taken, and takes no more. */
  finish(): Promise<void>
  /** Stores copies of the documents and lets them go. To be called after `finish`. @param signal  ends the storing */
  close(signal?: AbortSignal): Promise<void>
}

/** Builds a node for the epoch the database is of, bringing its schema up to date first. */
export async function openNode({
  db,
  bus,
  config,
  root,
  log,
  assertOpen,
  onRestored,
}: NodeParts): Promise<Node> {
  const clock = systemClock
  const applied = await migrate(db, join(root, 'migrations'))
  if (applied.length > 0) log.info({ applied }, 'the schema is up to date')
  const epoch = await readEpoch(db)
  const sources = new SourceIssuer(await secret(db, 'source-key'), epoch)
  const auth = new Authenticator(config, sqlMembers(db), await secret(db, 'session-key'), clock)
  const stock = await openChosenStock(db, config, bus, log)
  // The embedded database belongs to this process: nobody can take it back under it, nor write to it.
  const watch = db.engine === 'pglite' ? null : new EpochWatch(db, epoch, onRestored)
  const lookAtEpoch = async () => watch?.look()

  const opLog = new OpLog(db, epoch)
  const committer = new GroupCommit(opLog, { gatherMs: db.engine === 'pglite' ? PGLITE_GATHER_MS : 0 })
  const onError = (error: unknown, { id }: { id: string }) =>
    log.error({ err: error, document: id }, 'document')
  const onRewound = ({ id }: DocumentKey) => {
    log.error({ document: id }, 'the log has lost what was durable: the database was taken back')
    renewEpochFrom(db, epoch)
      .then(lookAtEpoch)
      .catch((error) => log.error({ err: error }, 'could not set a new epoch'))
  }
  const documents = new Documents({ log: opLog, committer, clock, typeOf, bus, onError, onRewound })
  const sweep = db.engine === 'pglite' ? null : startSweep(documents, opLog, bus, log, onRewound)
  const store = sqlLetters(db)
  const letters = new Letters({
    documents: stock?.documents ?? documents,
    store: stock === null ? store : stockLetters(store, db, memberOf),
    sourceForCreating: (member, id) => sources.issueForCreating(member, id),
  })

  const time = stock === null ? await openTime({ db, epoch, documents, clock, log, config }) : null

  const ready = async () => {
    assertOpen()
    await db.query('select 1')
  }
  const api = createApi({
    auth,
    letters,
    time,
    origins: config,
    ready,
    clientDir: join(root, 'dist', 'client'),
    log,
  })
  const { welcome } = stock ?? openCollab(documents, log)
  const door = new Door({ auth, letters, origins: config, sources, epoch, lookAtEpoch, log, welcome })

  return {
    api,
    door,
    finish: () => committer.close(),
    async close(signal) {
      watch?.close()
      await sweep?.close()
      await time?.close()
      await documents.close(signal)
      await stock?.close()
    },
  }
}

function startSweep(
  documents: Documents,
  opLog: OpLog,
  bus: Bus,
  log: Log,
  onRewound: (key: DocumentKey) => void,
): HeadSweep {
  return new HeadSweep({
    log: opLog,
    bus,
    timer: systemTimer,
    residents: () => documents.residents(),
    onAway: (error) => log.warn({ err: error }, 'the heads of the log cannot be read'),
    onStuck: (error, { id }) => log.error({ err: error, document: id }, 'a document cannot catch up'),
    onRewound,
  })
}

/** ShareDB's own backend on the stock adapter, when OP_LOG asks for it; null when ops are kept in our log. */
async function openChosenStock(db: Db, config: Config, bus: Bus, log: Log): Promise<Stock | null> {
  const { opLog, databaseUrl, redisUrls } = config
  if (opLog !== 'sharedb-postgres' || databaseUrl === null) return null
  await createStockTables(db)
  return openStock({ databaseUrl, bus: redisUrls.length === 0 ? null : bus, log })
}
