import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import pg from 'pg'
import { until } from '../harness/deadline.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { ownRedis } from '../harness/redis.ts'
import { redisCli } from '../harness/redis-cluster.ts'
import type { RedisServer } from '../harness/redis-server.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { type } from '../integration/delivery-ops.ts'
import { person, type Visits, visitsTo } from '../integration/delivery-people.ts'

const DOCUMENTS = 10_000
/** To have compiled, and made room for, what opening a document takes. */
const WARM_UP = 1_000
const AT_ONCE = 50
/** Of each ten visitors one writes something. */
const WRITES = 10
/** Of what stays, 0.9 MB is code that was compiled meanwhile and 0.5 MB room in tables; 100 bytes a document would be one more. */
const GROWTH_BYTES = 2_500_000
/** Of a document in memory. */
const LEAST_BYTES = 1_000

/** Her token is still good when the clock has been moved many times. */
const ADA = person({ expiresIn: 1_000_000 })

interface Weight {
  /** Bytes of living objects. */
  readonly heap: number
  /** Bytes of buffers. */
  readonly outside: number
  readonly rss: number
  readonly handles: Readonly<Record<string, number>>
}

describe('a node', () => {
  let database: TestDatabase
  let redis: RedisServer
  let server: RunningServer
  let node: Visits
  let letters: string[]

  before(async function () {
    this.timeout(60_000)
    database = await freshDatabase()
    redis = await ownRedis()
    server = await startServer({
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      JWT_SECRET: TEST_SECRET,
      NODE_OPTIONS: `--import=${new URL('../harness/weighed.mjs', import.meta.url)}`,
    })
    node = visitsTo(server.url)
    letters = await lettersLike(await node.letter(ADA), WARM_UP + DOCUMENTS)
  })
  after(async () => {
    expect((await server.stop()).code).to.equal(0)
    await redis.close()
    await database.drop()
  })

  /** Letters like one that was just made, with the copy that is stored of them: only what is written is stored anew. */
  async function lettersLike(letter: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID())
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query('create temporary table copies as select id from unnest($1::uuid[]) as id', [ids])
    await client.query(
      `with named as (
         insert into documents (collection, id) select 'letters', copies.id::text from copies returning number
       ),
       model as (
         select number from documents where id = '${letter}'
       ),
       headed as (
         insert into heads (document, version, time)
         select named.number, heads.version, heads.time from named, heads, model where heads.document = model.number
       ),
       listed as (
         insert into letters (id, firm, title, created_by)
         select copies.id, letters.firm, letters.title, letters.created_by
           from copies, letters where letters.id = '${letter}'
       ),
       logged as (
         insert into ops (document, version, author, time, body)
         select named.number, ops.version, ops.author, ops.time, ops.body
           from named, ops, model where ops.document = model.number
       )
       insert into snapshots (document, version, type, data)
       select named.number, ops.version, ops.body::json->'create'->>'type', ops.body::json->'create'->>'data'
         from named, ops, model where ops.document = model.number`,
    )
    await client.end()
    return ids
  }

  async function visit(letter: string, writes: boolean): Promise<void> {
    const socket = await node.knock(letter, ADA)
    await socket.subscribe()
    if (writes) {
      socket.edit(1, type('x'))
      await socket.hears('op')
    }
    await socket.close()
  }

  async function visitAll(ids: readonly string[]): Promise<void> {
    const rest = ids.entries()
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const [n, letter] of rest) await visit(letter, n % WRITES === 0)
      }),
    )
  }

  async function weigh(): Promise<Weight> {
    const before = server.stdout().length
    server.kill('SIGUSR2')
    const line = await until('it to be weighed', () => /^weighed (.*)$/m.exec(server.stdout().slice(before)))
    return JSON.parse(line[1]!) as Weight
  }

  /** Documents that Redis is listened to for. */
  async function listened(): Promise<number> {
    const channels = await redisCli('-p', String(redis.port), 'pubsub', 'channels', 'copperplate:letters/*')
    return channels.split('\n').filter((line) => line !== '').length
  }

  /** Resolves when it has let every document go. */
  async function rested(): Promise<Weight> {
    let weight = await weigh()
    await until(
      'it to let every document go',
      async () => {
        await pause(500)
        weight = await weigh()
        return (await listened()) === 0
      },
      { ms: 100_000, seen: () => weight },
    )
    return weigh()
  }

  it('that opened and closed 10,000 documents and sockets holds nothing of them', async function () {
    this.timeout(400_000)
    await visitAll(letters.slice(0, WARM_UP))
    const before = await rested()
    await visitAll(letters.slice(WARM_UP))
    const held = await listened()
    const full = await weigh()
    const after = await rested()

    const mb = (bytes: number) => (bytes / 1e6).toFixed(1)
    const words = ({ heap, outside, rss }: Weight) => `${mb(heap)} + ${mb(outside)} MB (resident ${mb(rss)})`
    console.log(`      before: ${words(before)}, ${held} held: ${words(full)}, after: ${words(after)}`)
    // A slow machine has let many go by then.
    expect(held, 'documents in memory').to.be.greaterThan(1_000)
    expect((full.heap - before.heap) / held, 'what each of them took').to.be.greaterThan(LEAST_BYTES)
    expect(after.heap - before.heap, 'bytes on the heap').to.be.lessThan(GROWTH_BYTES)
    expect(after.outside - before.outside, 'bytes of buffers').to.be.lessThan(GROWTH_BYTES)
    expect(after.handles.TCPSocketWrap ?? 0, 'sockets').to.be.at.most(before.handles.TCPSocketWrap ?? 0)
    expect(after.handles.Timeout ?? 0, 'timers').to.be.at.most((before.handles.Timeout ?? 0) + 5)
  })
})
