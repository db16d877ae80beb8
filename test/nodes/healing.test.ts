import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { ownRedis } from '../harness/redis.ts'
import { RedisCluster, redisCli } from '../harness/redis-cluster.ts'
import type { RedisServer } from '../harness/redis-server.ts'
import { startServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { type Node, startNode } from '../integration/delivery-node.ts'
import { type } from '../integration/delivery-ops.ts'
import { ADA, BEN, visitsTo } from '../integration/delivery-people.ts'
import type { RawSocket } from '../integration/delivery-socket.ts'
import { Lag } from './lag.ts'

/** No reader is behind for longer (rule R4). */
const BOUND_MS = 2_000

describe('a reader on another node', function () {
  this.timeout(60_000)
  let database: TestDatabase
  let redis: RedisServer
  let nodes: Node[]

  before(async () => {
    database = await freshDatabase()
    redis = await ownRedis()
  })
  after(async () => {
    await redis.close()
    await database.drop()
  })
  beforeEach(() => {
    nodes = []
  })
  afterEach(() => Promise.all(nodes.map((node) => node.close())))

  /** Somebody who writes on one node, and somebody who reads on another. */
  async function meet(options: Readonly<Record<string, string>>) {
    nodes = [await startNode(database.url, options), await startNode(database.url, options)]
    const [here, there] = nodes as [Node, Node]
    const letter = await here.letter()
    const [writer, reader] = await Promise.all([here.knock(letter, ADA), there.knock(letter, BEN)])
    await Promise.all([writer.subscribe(), reader.subscribe()])
    return { writer, reader, lag: new Lag(writer, reader) }
  }

  /** Writes one op after the other, for as long as it is asked to. */
  async function write(writer: RawSocket, goesOn: () => boolean): Promise<number> {
    let written = 0
    while (goesOn()) {
      const seq = writer.edit(null, type('x'))
      await writer.hears({ a: 'op', src: writer.source, seq })
      written++
    }
    return written
  }

  function forAWhile(ms: number): () => boolean {
    const end = performance.now() + ms
    return () => performance.now() < end
  }

  async function expectLevel({ writer, reader, lag }: Awaited<ReturnType<typeof meet>>): Promise<void> {
    await until('the reader to be level', () => lag.missing.length === 0, {
      ms: BOUND_MS,
      seen: () => lag.missing.length,
    })
    expect(lag.greatest).to.be.lessThan(BOUND_MS)
    expect(reader.ops.map(({ v }) => v)).to.deep.equal(writer.ops.map(({ v }) => v))
    await Promise.all([writer.close(), reader.close()])
  }

  it('[R4] is never more than two seconds behind without Redis', async () => {
    const people = await meet({})
    expect(await write(people.writer, forAWhile(4_000))).to.be.greaterThan(100)
    await expectLevel(people)
  })

  it('[R3] [R4] nor while Redis is away, from the beginning or from then on, nor when it is back', async () => {
    await redis.stop()
    const people = await meet({ REDIS_URL: redis.url })
    await write(people.writer, forAWhile(2_500))
    await redis.start()
    await write(people.writer, forAWhile(1_000))
    await redis.stop()
    await write(people.writer, forAWhile(2_500))
    await redis.start()
    await write(people.writer, forAWhile(500))
    await expectLevel(people)
    const lines = nodes.flatMap(({ log }) => log).filter((line) => line.includes('Redis is away'))
    expect(lines, 'one line for each node and each time').to.have.length(4)
  })

  it('[R4] nor while Redis hangs', async () => {
    const people = await meet({ REDIS_URL: redis.url })
    await write(people.writer, forAWhile(200))
    process.kill(redis.pid!, 'SIGSTOP')
    await write(people.writer, forAWhile(4_000))
    process.kill(redis.pid!, 'SIGCONT')
    await write(people.writer, forAWhile(500))
    await expectLevel(people)
  })

  it('[R4] nor when the connection that listens is cut again and again', async () => {
    const people = await meet({ REDIS_URL: redis.url })
    let isOver = false
    const cutting = (async () => {
      while (!isOver) await redisCli('-p', String(redis.port), 'client', 'kill', 'type', 'pubsub')
    })()
    await write(people.writer, forAWhile(3_000))
    isOver = true
    await cutting
    await expectLevel(people)
  })

  it('[R4] hears in order what is carried by a Redis cluster, also when one of its nodes goes and comes', async () => {
    const cluster = await RedisCluster.create()
    const people = await meet({ REDIS_URL: cluster.urls.join() })
    const owner = await cluster.ownerOf(`copperplate:letters/${people.writer.letter}`)
    await write(people.writer, forAWhile(500))
    await owner.stop()
    await write(people.writer, forAWhile(2_500))
    await owner.start()
    await write(people.writer, forAWhile(500))
    await expectLevel(people)
    await cluster.close()
  })

  it('[R4] gets all that was acknowledged by a node that was killed', async () => {
    for (const REDIS_URL of [redis.url, `redis://127.0.0.1:${await freePort()}`]) {
      const server = await startServer({ DATABASE_URL: database.url, REDIS_URL, JWT_SECRET: TEST_SECRET })
      const there = await startNode(database.url, { REDIS_URL })
      nodes.push(there)
      const here = visitsTo(server.url)
      const letter = await here.letter()
      const [writer, reader] = await Promise.all([here.knock(letter, ADA), there.knock(letter, BEN)])
      await reader.subscribe()
      const lag = new Lag(writer, reader)
      const writing = write(writer, () => true).catch(() => undefined)
      await until('some of it to be acknowledged', () => writer.ops.length > 50)
      server.kill('SIGKILL')
      await writing
      await server.exited
      await until('the reader to have it all', () => lag.missing.length === 0, { ms: BOUND_MS })
      expect(lag.greatest).to.be.lessThan(BOUND_MS)
      await reader.close()
    }
  })
})
