import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { CollabError } from '../ot/errors.ts'
import type { Config } from './config.ts'
import { Drain } from './drain.ts'
import type { Log } from './log.ts'
import { openNode } from './node.ts'
import type { Bus } from './pubsub/bus.ts'
import { MemoryBus } from './pubsub/memory-bus.ts'
import { RedisBus } from './pubsub/redis-bus.ts'
import type { Db } from './store/db.ts'
import { openPglite } from './store/pglite.ts'
import { openPostgres } from './store/postgres.ts'

/**
 * How long each part of the end may take, milliseconds. Sockets: eight seconds of telling them, and three to go. Commits:
 * what the database takes to answer or be given up. In all 24 s, besides DRAIN_SECONDS.
 */
const ENDING_MS = { sockets: 11_000, commits: 8_000, documents: 4_000, links: 1_000 }
/** Between attempts to start afresh on a database that was taken back. */
const AGAIN_MS = 1_000

/** One node, serving. */
export interface App {
  /** Where it listens, with the port that was chosen when the configuration left it open. */
  readonly url: string
  /**
   * Stops in the order that loses nothing; resolves when everything is closed, or has had its time. May be called again.
   */
  close(): Promise<void>
  /** Makes `close` take no longer than it must. */
  hurry(): void
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
    node.door.reload()
    const mine = (startingAfresh ?? Promise.resolve()).then(startAfresh).finally(() => {
      if (startingAfresh === mine) startingAfresh = null
    })
    startingAfresh = mine
  }
  const open = () => openNode({ db, bus, config, root, log, assertOpen, onRestored })

  let node = await open()
  const http = createServer((request, response) => {
    // The next request had better come by another connection, to another node.
    if (isClosing) response.shouldKeepAlive = false
    node.api(request, response)
  })
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

  const drain = new Drain(log)
  let closing: Promise<void> | null = null
  async function close(): Promise<void> {
    // From now on /readyz says so. Everything else goes on until the balancer can have noticed.
    isClosing = true
    await drain.wait(config.drainMs)
    const unheard = new Promise((resolve) => http.close(resolve))
    await drain.step('sockets', ENDING_MS.sockets, async (signal) => {
      await startingAfresh
      await Promise.all([node.door.release(signal), unheard])
    })
    http.closeAllConnections()
    await drain.step('commits', ENDING_MS.commits, () => node.finish())
    await drain.step('documents', ENDING_MS.documents, (signal) => node.close(signal))
    await drain.step('links', ENDING_MS.links, () => Promise.all([bus.close(), db.close()]))
  }
  return {
    url,
    close: () => {
      closing ??= close()
      return closing
    },
    hurry: () => drain.hurry(),
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
