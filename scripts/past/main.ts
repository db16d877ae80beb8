/**
 * Measures what reading the past and going back cost, on logs of 10,000 and 100,000 ops by five people: `npm run measure:past`.
 * It needs a Postgres that may be used (TEST_DATABASE_URL) and makes a database of its own there.
 */

import { randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { startApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { createLog } from '../../server/log.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { until } from '../../test/harness/deadline.ts'
import { freshDatabase } from '../../test/harness/postgres.ts'
import { Random } from '../../test/harness/random.ts'
import { memberToken, TEST_SECRET } from '../../test/harness/tokens.ts'
import { typeLog } from './typed-log.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PEOPLE = 5
const LENGTHS = [10_000, 100_000]
const NANO = 1e6

const firm = randomUUID()
const authors = Array.from({ length: PEOPLE }, () => randomUUID())
const token = memberToken({ sub: authors[0]!, firm })

const database = await freshDatabase()
const app = await startApp(
  readConfig({ PORT: '0', DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET }),
  ROOT,
  createLog('warn', process.stderr),
)
const db = openPostgres(database.url, { statementTimeoutMs: 60_000 })
try {
  await measure(2_000) // the first thread has to be started, and everything to be compiled
  for (const length of LENGTHS) await measure(length)
} finally {
  await db.close()
  await app.close()
  await database.drop()
}

async function measure(length: number): Promise<void> {
  const id = randomUUID()
  // Before the server hears of the letter: it would keep what it read.
  await ask('GET', '/v1/session')
  const log = new OpLog(db)
  await typeLog(log, await log.name('letters', id), authors, length)
  await ask('GET', '/v1/docs')
  await db.query(
    'insert into letters (id, firm, title, created_by) values ($1::uuid, $2::uuid, $3, $4::uuid)',
    [...[id, firm, 'Measured', authors[0]!]],
  )
  const path = `/v1/docs/${id}`
  console.log(`${length} ops by ${PEOPLE} people`)
  await timed('opened first', () => ask('GET', `${path}?content=1`))
  await timed("history's first page", () => ask('GET', `${path}/history`))
  await timed("history's first page, again", () => ask('GET', `${path}/history`))
  await timed('blame of the head', () => ask('GET', `${path}/blame`))
  // Nobody had made snapshots, and from now on there are some.
  await ask('GET', `${path}/blame`)
  const made = () =>
    db.query<{ count: number }>('select count(*) as count from sealed_snapshots where letter = $1::uuid', [
      id,
    ])
  await until('all snapshots', async () => (await made())[0]!.count >= length / 1_000, { ms: 120_000 })
  console.log(`  ${(await made())[0]!.count} snapshots`)
  await timed('blame of the head', () => ask('GET', `${path}/blame`))
  await timed('comparison of the last tenth', () =>
    ask('GET', `${path}/compare?from=${0.9 * length}&to=${length}`),
  )
  const random = new Random(2)
  await spread('any version', 100, () => ask('GET', `${path}?version=${1 + random.below(length)}`))
  await timed('rollback by author, a preview', () =>
    ask('POST', `${path}/rollback`, { author: authors[1], preview: true }),
  )
  const { version } = (await timed('rollback by author', () =>
    ask('POST', `${path}/rollback`, { author: authors[1], reason: 'Measured' }),
  )) as { version: number }
  await timed('undone', () => ask('POST', `${path}/rollback`, { undo: version, reason: 'Measured' }))
  await timed('rollback to the middle', () =>
    ask('POST', `${path}/rollback`, { toVersion: length / 2, reason: 'Measured' }),
  )
}

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${app.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const bytes = await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${Buffer.from(bytes).toString()}`)
  // Whoever asks parses it elsewhere; here it would be taken for the server's time.
  return method === 'POST' && bytes.byteLength < 1_000 ? JSON.parse(Buffer.from(bytes).toString()) : null
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  const answer = await work()
  const took = performance.now() - began
  delay.disable()
  print(what, `${took.toFixed(0)} ms`, delay)
  return answer
}

async function spread(what: string, times: number, work: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const took: number[] = []
  for (let n = 0; n < times; n++) {
    const began = performance.now()
    await work()
    took.push(performance.now() - began)
  }
  delay.disable()
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(share * (times - 1))]!.toFixed(0)
  print(what, `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`, delay)
}

function print(
  what: string,
  took: string,
  delay: { percentile(share: number): number; readonly max: number },
): void {
  const loop = `loop p99 ${(delay.percentile(99) / NANO).toFixed(0)} ms, most ${(delay.max / NANO).toFixed(0)} ms`
  console.log(`  ${what.padEnd(32)}${took.padEnd(26)}${loop}`)
}
