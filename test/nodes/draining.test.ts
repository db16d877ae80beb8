import { expect } from 'chai'
import pg from 'pg'
import { CLOSE } from '../../ot/wire.ts'
import { until } from '../harness/deadline.ts'
import { freshDatabase, ownPostgres, type TestDatabase } from '../harness/postgres.ts'
import { ownRedis } from '../harness/redis.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { startNode } from '../integration/delivery-node.ts'
import { type } from '../integration/delivery-ops.ts'
import { ADA, BEN, visitsTo } from '../integration/delivery-people.ts'
import { addressOf, upgrade } from '../integration/delivery-socket.ts'
import { Writer } from '../integration/delivery-writer.ts'

/** What the README promises, and some for a busy machine. */
const END_MS = 24_000 + 4_000

describe('a node that is told to end', function () {
  this.timeout(90_000)
  let database: TestDatabase

  before(async () => {
    database = await freshDatabase()
  })
  after(() => database.drop())

  const start = (options: Readonly<Record<string, string>> = {}) =>
    startServer({ DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET, LOG_LEVEL: 'info', ...options })

  const isReady = async ({ url }: RunningServer) => (await fetch(`${url}/readyz`)).status

  /** Sends the signal. @returns how long it took to end, ms, and how */
  async function end(server: RunningServer, signal: NodeJS.Signals = 'SIGTERM') {
    const asked = performance.now()
    server.kill(signal)
    const exit = await server.exited
    return { ...exit, tookMs: performance.now() - asked }
  }

  it('says at once that it is not ready, and serves on until the balancer can have noticed', async () => {
    const server = await start({ DRAIN_SECONDS: '2' })
    const node = visitsTo(server.url)
    const letter = await node.letter()
    const ada = await node.knock(letter)
    await ada.subscribe()
    expect(await isReady(server)).to.equal(200)

    const ended = end(server)
    await until('the node to say so', async () => (await isReady(server)) === 503, { ms: 1_000 })
    const health = await fetch(`${server.url}/healthz`)
    expect([health.status, health.headers.get('connection')]).to.deep.equal([200, 'close'])
    ada.edit(1, type('still here'))
    await ada.hears('op')
    const late = await node.knock(letter, BEN)
    expect(await late.subscribe()).to.equal(2)
    expect((await node.read(letter)).version).to.equal(2)

    expect(await Promise.all([ada.closed(), late.closed()])).to.deep.equal([CLOSE.restart, CLOSE.restart])
    const { code, tookMs } = await ended
    expect(code).to.equal(0)
    expect(tookMs).to.be.greaterThan(2_000)
  })

  it('[D6] loses nothing that was acknowledged, and sends everybody to the other node, under load', async () => {
    const servers = [await start(), await start()] as const
    const nodes = servers.map(({ url }) => visitsTo(url))
    const letters = [await nodes[0]!.letter(), await nodes[0]!.letter(), await nodes[0]!.letter()]
    const writers = Array.from({ length: 12 }, (_, n) => new Writer(letters[n % letters.length]!))
    let acknowledged = 0
    let isOver = false
    let place = nodes[0]!
    const writing = writers.map((writer) =>
      writer.persist(
        () => place,
        () => !isOver,
        () => acknowledged++,
      ),
    )
    await until('some of it to be acknowledged', () => acknowledged > 500)
    place = nodes[1]!
    const { code, tookMs } = await end(servers[0])
    expect(code).to.equal(0)
    expect(tookMs).to.be.lessThan(END_MS)
    const before = acknowledged
    await until('writing to go on', () => acknowledged > before + 500)
    isOver = true
    await Promise.all(writing)

    for (const writer of writers) expect(writer.closes).to.deep.equal([CLOSE.restart])
    for (const letter of letters) {
      const reader = await nodes[1]!.knock(letter)
      await reader.ask('f', { v: 1 })
      for (const writer of writers) if (writer.letter === letter) writer.expectIn(reader.ops)
      await reader.close()
    }
    await Promise.all(writers.map((writer) => writer.leave()))
    expect((await servers[1].stop()).code).to.equal(0)
  })

  it('stores a copy of every letter it has in memory', async () => {
    const server = await start()
    const node = visitsTo(server.url)
    const letters = await Promise.all(Array.from({ length: 30 }, () => node.letter()))
    for (const letter of letters) {
      const ada = await node.knock(letter)
      ada.edit(1, type('x'))
      await ada.hears('op')
      await ada.close()
    }
    expect((await end(server)).code).to.equal(0)
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    const { rows } = await client.query(
      `select snapshots.version::int
         from documents join snapshots on snapshots.document = documents.number
        where documents.id = any($1)`,
      [letters],
    )
    await client.end()
    expect(rows).to.deep.equal(letters.map(() => ({ version: 2 })))
  })

  it('sends its sockets away one after the other, all within eight seconds', async () => {
    const node = await startNode(database.url)
    const letter = await node.letter()
    const sockets = await Promise.all(Array.from({ length: 120 }, () => node.knock(letter)))
    const times: number[] = []
    for (const { ws } of sockets) ws.once('close', () => times.push(performance.now()))
    const asked = performance.now()
    await node.close()
    expect(await Promise.all(sockets.map((socket) => socket.closed()))).to.deep.equal(
      sockets.map(() => CLOSE.restart),
    )
    const spread = times.map((time) => time - asked).sort((a, b) => a - b)
    // A hundred a second: the last one is told in the twelfth tick.
    expect(spread.at(-1)).to.be.within(1_000, 8_000)
    expect(spread[60]).to.be.greaterThan(400)
  })

  it('takes nobody in while it sends the others away', async () => {
    const server = await start()
    const node = visitsTo(server.url)
    const letter = await node.letter()
    const sockets = await Promise.all(Array.from({ length: 120 }, () => node.knock(letter)))
    const ended = end(server)
    await sockets[0]!.closed()
    const late = await node.knock(letter)
    expect(late.heard).to.deep.equal([])
    expect(sockets.at(-1)!.isOpen, 'somebody is still there').to.equal(true)
    expect((await ended).code).to.equal(0)
  })

  it('ends although its Postgres hangs, with edits on their way', async () => {
    const postgres = await ownPostgres()
    const redis = await ownRedis()
    const server = await start({ DATABASE_URL: postgres.url, REDIS_URL: redis.url })
    const node = visitsTo(server.url)
    const writer = new Writer(await node.letter())
    await writer.connect(node)
    let acknowledged = 0
    const writing = writer.write(() => acknowledged++)
    await until('some of it to be acknowledged', () => acknowledged > 20)
    for (const pid of [...postgres.pids(), redis.pid!]) process.kill(pid, 'SIGSTOP')
    const { code, tookMs } = await end(server)
    await writing
    expect(code).to.equal(0)
    expect(tookMs).to.be.lessThan(END_MS)

    for (const pid of [...postgres.pids(), redis.pid!]) process.kill(pid, 'SIGCONT')
    const next = await start({ DATABASE_URL: postgres.url })
    await writer.connect(visitsTo(next.url))
    const reader = await visitsTo(next.url).knock(writer.letter)
    await reader.ask('f', { v: 1 })
    writer.expectIn(reader.ops)
    await Promise.all([reader.close(), writer.leave()])
    expect((await next.stop()).code).to.equal(0)
    await Promise.all([postgres.close(), redis.close()])
  })

  it('ends although a client never answers the close, and another never finishes its request', async () => {
    const server = await start()
    const node = visitsTo(server.url)
    const letter = await node.letter()
    const { pathname } = new URL(addressOf(server.url, letter))
    const { raw } = await upgrade(server.url, pathname, { authorization: `Bearer ${ADA.token}` })
    const unfinished = new AbortController()
    const asking = fetch(`${server.url}/v1/docs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADA.token}`, 'content-type': 'application/json' },
      body: new ReadableStream({ pull: () => new Promise(() => {}) }),
      duplex: 'half',
      signal: unfinished.signal,
    } as RequestInit).catch((error: unknown) => error)
    const { code, tookMs } = await end(server)
    expect(code).to.equal(0)
    expect(tookMs).to.be.lessThan(END_MS)
    unfinished.abort()
    await asking
    raw!.destroy()
  })

  for (const second of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends within seconds when it is told again, with ${second}`, async () => {
      const server = await start({ DRAIN_SECONDS: '600' })
      const node = visitsTo(server.url)
      const writer = new Writer(await node.letter())
      await writer.connect(node)
      let acknowledged = 0
      const writing = writer.write(() => acknowledged++)
      server.kill('SIGTERM')
      await until('the node to say so', async () => (await isReady(server)) === 503)
      await until('writing to go on', () => acknowledged > 20)
      const { code, tookMs } = await end(server, second)
      expect(code).to.equal(0)
      expect(tookMs).to.be.lessThan(5_000)
      await writing

      const next = await start()
      await writer.connect(visitsTo(next.url))
      const reader = await visitsTo(next.url).knock(writer.letter)
      await reader.ask('f', { v: 1 })
      writer.expectIn(reader.ops)
      await Promise.all([reader.close(), writer.leave()])
      await next.stop()
    })
  }
})
