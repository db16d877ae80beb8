import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { CollabError } from '../ot/errors.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { openNode } from './node.ts'
import type { Bus } from './pubsub/bus.ts'
import { MemoryBus } from './pubsub/memory-bus.ts'
import { RedisBus } from './pubsub/redis-bus.ts'
import type { Db } from './store/db.ts'
import { openPglite } from './store/pglite.ts'
import { openPostgres } from './store/postgres.ts'

/** How long sockets and requests have to go by themselves when the node closes. */
const GRACE_MS = 5_000
/** Between attempts to start afresh on a database that was taken back. */
const AGAIN_MS = 1_000

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
  const bus = openBus(config, log)
  try {
    return await serve(db, bus, config, root, log)
  } catch (error) {
    await bus.close()
    await db.close()
    throw error
  }
}

async function serve(db: Db, bus: Bus, config: Config, root: string, log: Log): Promise<App> {
  let isClosing = false
  let startingAfresh: Promise<void> | null = null
  const assertOpen = () => {
    if (isClosing) throw new CollabError('server/closing', 'This server is shutting down.')
    if (startingAfresh !== null) throw new CollabError('server/unavailable', 'This server starts afresh.')
  }
  const onRestored = () => {
    node.door.close('reload')
    const mine = (startingAfresh ?? Promise.resolve()).then(startAfresh).finally(() => {
      if (startingAfresh === mine) startingAfresh = null
    })
    startingAfresh = mine
  }
  const open = () => openNode({ db, bus, config, root, log, assertOpen, onRestored })

  let node = await open()
  const http = createServer((request, response) => node.api(request, response))
  http.on('upgrade', (request, raw, head) => node.door.upgrade(request, raw, head))

  /** The database was taken back in time: whatever this node knows of it is of another history (rule S9). */
  async function startAfresh(): Promise<void> {
    log.warn('the database was taken back to an earlier state: starting afresh')
    const old = node
    while (node === old && !isClosing) {
      try {
        node = await open()
      } catch (error) {
        log.error({ err: error }, 'could not start afresh; trying again')
        await pause(AGAIN_MS)
      }
    }
    if (node === old) return
    await old.finish()
    await old.close()
    log.info('started afresh')
  }

  const url = await listen(http, config)

  let closing: Promise<void> | null = null
  async function close(): Promise<void> {
    isClosing = true
    http.close()
    http.closeIdleConnections()
    await startingAfresh
    await node.finish()
    node.door.close()
    const ending = setTimeout(() => {
      node.door.terminate()
      http.closeAllConnections()
    }, GRACE_MS)
    await new Promise<void>((resolve) => {
      if (!http.listening) http.once('close', resolve)
      http.close(() => resolve())
    })
    clearTimeout(ending)
    await node.close()
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
