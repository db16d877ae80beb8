/** A REST door over a real database and the real rules, and people who knock at it. */

import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { documentType } from '../../ot/types.ts'
import { createApi } from '../../server/api/api.ts'
import { Authenticator } from '../../server/auth/authenticate.ts'
import { SourceIssuer } from '../../server/auth/source.ts'
import { systemClock } from '../../server/clock.ts'
import type { S3Bucket } from '../../server/config.ts'
import { Documents } from '../../server/doc/documents.ts'
import { type LetterDocuments, Letters } from '../../server/doc/letters.ts'
import { createLog } from '../../server/log.ts'
import { MemoryBus } from '../../server/pubsub/memory-bus.ts'
import type { Db } from '../../server/store/db.ts'
import { readEpoch } from '../../server/store/epoch.ts'
import { GroupCommit } from '../../server/store/group-commit.ts'
import { sqlLetters } from '../../server/store/letters.ts'
import { sqlMembers } from '../../server/store/members.ts'
import { migrate } from '../../server/store/migrate.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { openPglite } from '../../server/store/pglite.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { secret } from '../../server/store/settings.ts'
import { openTime } from '../../server/time.ts'
import { freshDatabase } from '../harness/postgres.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'

export const FIRM = '00000000-0000-4000-8000-00000000000f'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

export interface HouseOptions {
  /** null for local mode. */
  readonly jwtSecret?: string | null
  readonly allowedOrigins?: readonly string[]
  /** Files of the client, by path. */
  readonly client?: Readonly<Record<string, string>>
  readonly ready?: () => Promise<void>
  /** Stands between the letters and the real documents, to fail where a test wants it to. */
  readonly around?: (documents: LetterDocuments) => LetterDocuments
  /** Where snapshots are kept; null: in the database. */
  readonly s3?: S3Bucket | null
}

export interface House {
  readonly db: Db
  readonly port: number
  /** Every line the process has logged. */
  readonly log: readonly string[]
  ask(method: string, path: string, options?: AskOptions): Promise<Reply>
  close(): Promise<void>
}

export interface AskOptions {
  /** A token, for the Authorization header. */
  readonly as?: string | null
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The JSON of the answer; an empty object when it is none. */
  readonly body: Body
}

/** What the tests read out of answers. Whether it is there is for them to find out. */
interface Body {
  readonly id: string
  readonly title: string
  readonly version: number
  readonly docs: readonly { readonly id: string; readonly title: string }[]
  readonly next: string | null
  readonly member: { readonly id: string } | null
  readonly members: readonly { readonly id: string; readonly name: string }[]
  readonly code: string
  readonly detail: string
  readonly issues: readonly {
    readonly in: string
    readonly path: string
    readonly message: string
  }[]
}

/** Opens a house of its own: an empty database, and a server on a free port. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const { jwtSecret = TEST_SECRET, allowedOrigins = [], ready = async () => {}, around = (d) => d } = options
  const config = { snapshotKeys: [], s3: options.s3 ?? null }
  const folder = scratchFolder('api')
  // Hidden on the way, as programs installed under a home folder often are.
  const clientDir = join(folder, '.assets', 'assets', 'client')
  for (const [path, text] of Object.entries(options.client ?? {})) {
    mkdirSync(dirname(join(clientDir, path)), { recursive: true })
    writeFileSync(join(clientDir, path), text)
  }

  const { db, drop } = await openDb(folder)
  await migrate(db, MIGRATIONS)
  const opLog = new OpLog(db)
  const committer = new GroupCommit(opLog)
  const lines: string[] = []
  const log = createLog('info', { write: (line: string) => void lines.push(line) })
  const bus = new MemoryBus()
  const documents = new Documents({
    bus,
    log: opLog,
    committer,
    clock: systemClock,
    typeOf: documentType,
    onError: (error) => log.error({ err: error }),
  })
  const sources = new SourceIssuer(await secret(db, 'source-key'), await readEpoch(db))
  const epoch = await readEpoch(db)
  const time = await openTime({ db, epoch, documents, clock: systemClock, log, config })
  const app = createApi({
    auth: new Authenticator({ jwtSecret }, sqlMembers(db), await secret(db, 'session-key'), systemClock),
    letters: new Letters({
      documents: around(documents),
      store: sqlLetters(db),
      sourceForCreating: (member, document) => sources.issueForCreating(member, document),
    }),
    time,
    origins: { allowedOrigins, signIn: jwtSecret === null ? 'local' : 'token' },
    ready,
    clientDir,
    log,
  })
  const server = createServer(app)
  const port = await listen(server)

  return {
    db,
    port,
    log: lines,
    ask: (method, path, asked = {}) => ask(port, method, path, asked),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await committer.close()
      await time.close()
      await documents.close()
      await bus.close()
      await db.close()
      await drop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The cluster of this test run when there is one; it is several times as fast as the embedded database. */
async function openDb(folder: string): Promise<{ readonly db: Db; readonly drop: () => Promise<void> }> {
  if (process.env.TEST_DATABASE_URL === undefined) {
    return { db: await openPglite(join(folder, 'data')), drop: async () => {} }
  }
  const database = await freshDatabase()
  return { db: openPostgres(database.url), drop: database.drop }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)) // TCP: never a string
  })
}

/** By node:http, not fetch, which mends paths and forbids headers that a stranger is free to send. */
function ask(port: number, method: string, path: string, options: AskOptions): Promise<Reply> {
  const { as = null, body, headers = {} } = options
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port,
        method,
        path,
        agent: false,
        headers: {
          ...(as === null ? {} : { authorization: `Bearer ${as}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const isJson = /[/+]json/.test(incoming.headers['content-type'] ?? '')
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            body: isJson && text !== '' ? JSON.parse(text) : {},
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
  })
}

export interface Person {
  readonly id: string
  readonly firm: string
  readonly name: string
  readonly admin: boolean
  readonly token: string
}

/** Somebody with a token, whom the server has not met yet. */
export function person(
  name: string,
  { firm = FIRM, admin = false, id = randomUUID() }: { firm?: string; admin?: boolean; id?: string } = {},
): Person {
  return { id, firm, name, admin, token: memberToken({ sub: id, firm, name, admin }) }
}

/** The session cookie a sign-in set, as a browser would send it back. */
export function cookieOf(reply: Reply): string {
  const [cookie = ''] = reply.headers['set-cookie'] ?? []
  return cookie.replace(/;.*$/, '')
}
