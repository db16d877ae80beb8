import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CollabError } from '../ot/errors.ts'
import { createApi } from './api/api.ts'
import { Authenticator } from './auth/authenticate.ts'
import { SourceIssuer } from './auth/source.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { Documents } from './doc/documents.ts'
import { Letters } from './doc/letters.ts'
import type { Log } from './log.ts'
import type { Bus } from './pubsub/bus.ts'
import { MemoryBus } from './pubsub/memory-bus.ts'
import { RedisBus } from './pubsub/redis-bus.ts'
import type { Db } from './store/db.ts'
import { GroupCommit } from './store/group-commit.ts'
import { sqlLetters } from './store/letters.ts'
import { sqlMembers } from './store/members.ts'
import { migrate } from './store/migrate.ts'
import { OpLog } from './store/op-log.ts'
import { openPglite } from './store/pglite.ts'
import { openPostgres } from './store/postgres.ts'
import { secret } from './store/settings.ts'
import { createStockTables, stockLetters } from './store/stock-tables.ts'
import { openCollab } from './sync/backend.ts'
import { Door } from './sync/door.ts'
import { openStock, type Stock } from './sync/stock.ts'
import { typeOf } from './sync/types.ts'

/** The embedded database costs 0.4 ms of this thread per statement: ops wait this long for company. */
const PGLITE_GATHER_MS = 2
/** How long sockets and requests have to go by themselves when the node closes. */
const GRACE_MS = 5_000

/** One node, serving. */
export interface App {
  /** Where it listens, with the port that was chosen when the configuration left it open. */
  readonly url: string
  /** Stops in the order that loses nothing; resolves when everything is closed. May be called again. */
  close(): Promise<void>
}

/**
 * Builds one node from its configuration and starts it.
 *
 * @param root  folder of the program: `migrations` and `dist/client` are in it
 * @throws      Error when the database cannot be opened or the port is taken; nothing is left open then
 */
export async function startApp(config: Config, root: string, log: Log): Promise<App> {
  const db = await openDb(config, log)
  try {
    return await serve(db, config, root, log)
  } catch (error) {
    await db.close()
    throw error
  }
}

async function serve(db: Db, config: Config, root: string, log: Log): Promise<App> {
  const clock = systemClock
  const applied = await migrate(db, join(root, 'migrations'))
  if (applied.length > 0) log.info({ applied }, 'the schema is up to date')

  const opLog = new OpLog(db)
  const committer = new GroupCommit(opLog, { gatherMs: db.engine === 'pglite' ? PGLITE_GATHER_MS : 0 })
  const onError = (error: unknown, { id }: { id: string }) =>
    log.error({ err: error, document: id }, 'document')
  const bus = openBus(config, log)
  const documents = new Documents({ log: opLog, committer, clock, typeOf, bus, onError })

  const sources = new SourceIssuer(await secret(db, 'source-key'))
  const auth = new Authenticator(config, sqlMembers(db), await secret(db, 'session-key'), clock)
  const stock = await openChosenStock(db, config, bus, log)
  const store = sqlLetters(db)
  const letters = new Letters({
    documents: stock?.documents ?? documents,
    store: stock === null ? store : stockLetters(store, db, (source) => sources.memberOf(source)),
    sourceForCreating: (member, id) => sources.issueForCreating(member, id),
  })

  let isClosing = false
  const ready = async () => {
    if (isClosing) throw new CollabError('server/closing', 'This server is shutting down.')
    await db.query('select 1')
  }
  const api = createApi({
    auth,
    letters,
    origins: config,
    ready,
    clientDir: join(root, 'dist', 'client'),
    log,
  })
  const http = createServer(api)
  const { welcome } = stock ?? openCollab(documents, log)
  const door = new Door({ auth, letters, origins: config, sources, log, welcome })
  door.listenTo(http)
  const url = await listen(http, config)

  let closing: Promise<void> | null = null
  async function close(): Promise<void> {
    isClosing = true
    http.close()
    http.closeIdleConnections()
    await committer.close()
    door.close()
    const ending = setTimeout(() => {
      door.terminate()
      http.closeAllConnections()
    }, GRACE_MS)
    await new Promise<void>((resolve) => {
      if (!http.listening) http.once('close', resolve)
      http.close(() => resolve())
    })
    clearTimeout(ending)
    await documents.close()
    await stock?.close()
    await bus.close()
    await db.close()
  }
  return {
    url,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

async function openDb(config: Config, log: Log): Promise<Db> {
  if (config.databaseUrl === null) return openPglite(config.dataDir)
  return openPostgres(config.databaseUrl, {
    onIdleError: (error) => log.warn({ err: error }, 'a database connection broke'),
  })
}

/** ShareDB's own backend on the stock adapter, when OP_LOG asks for it; null when ops are kept in our log. */
async function openChosenStock(db: Db, config: Config, bus: Bus, log: Log): Promise<Stock | null> {
  const { opLog, databaseUrl, redisUrls } = config
  if (opLog !== 'sharedb-postgres' || databaseUrl === null) return null
  await createStockTables(db)
  return openStock({ databaseUrl, bus: redisUrls.length === 0 ? null : bus, log })
}

function openBus({ redisUrls }: Config, log: Log): Bus {
  if (redisUrls.length === 0) return new MemoryBus()
  const onAway = (error: Error) => log.warn({ err: error }, 'Redis is away')
  const bus = new RedisBus({ urls: redisUrls, onAway })
  bus.onBack(() => log.info('Redis is heard'))
  return bus
}

function listen(http: Server, { port, host }: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.removeListener('error', reject)
      const { port: chosen } = http.address() as AddressInfo
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${chosen}`)
    })
  })
}
