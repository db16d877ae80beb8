import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import pg from 'pg'
import { CLOSE } from '../../ot/wire.ts'
import { until } from '../harness/deadline.ts'
import { ownPostgres } from '../harness/postgres.ts'
import { PostgresCluster } from '../harness/postgres-cluster.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { startNode } from '../integration/delivery-node.ts'
import { type } from '../integration/delivery-ops.ts'
import { BEN, type Visits, visitsTo } from '../integration/delivery-people.ts'
import { Writer } from '../integration/delivery-writer.ts'

/** The promise: after the database is back, writing is. */
const BACK_MS = 5_000
const LETTERS = 3
const WRITERS = 6
/** A statement has 5 s, its connection 6 s, and a look at what became of it 2 s. */
const GIVEN_UP_MS = 12_000

interface Fault {
  /** What the node logs of it: proof that it was this that happened. */
  readonly says: RegExp
  /** Makes it happen; what is returned ends it, and resolves when the database is whole again. */
  begin(postgres: PostgresCluster, admin: pg.Client): Promise<() => Promise<void>>
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'is restarted in immediate mode': {
    says: /terminat|ECONN/,
    async begin(postgres) {
      await postgres.stop('immediate')
      return () => postgres.start()
    },
  },
  'is gone for a while': {
    says: /ECONNREFUSED/,
    async begin(postgres) {
      await postgres.stop('fast')
      await pause(2_000)
      return () => postgres.start()
    },
  },
  'hangs for longer than anybody waits': {
    says: /did not say within/,
    async begin(postgres) {
      const pids = postgres.pids()
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      return async () => {
        for (const pid of pids) process.kill(pid, 'SIGCONT')
      }
    },
  },
  'has its tables locked': {
    says: /statement timeout/,
    async begin(_postgres, admin) {
      await admin.query('begin; lock table heads, ops')
      return async () => void (await admin.query('rollback'))
    },
  },
  'makes an op give way to break a deadlock': {
    says: /deadlock detected/,
    async begin(_postgres, admin) {
      // The op that comes to the version we hold has its head locked by then, which is what we ask for: a circle, and it finds out first.
      const [head] = (
        await admin.query('select document, version + 30 as held from heads order by document desc')
      ).rows
      await admin.query(`begin; set local deadlock_timeout = '1h'`)
      await admin.query(
        `insert into ops (document, version, author, time, body) values ($1, $2, gen_random_uuid(), 0, '')`,
        [head.document, head.held],
      )
      const waiting = `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock'`
      await until('an append to wait', async () => (await admin.query(waiting)).rows[0].count > 0)
      await admin.query('update heads set version = version where document = $1', [head.document])
      return async () => void (await admin.query('rollback'))
    },
  },
  'takes no more connections': {
    says: /too many clients|connection slots/,
    async begin(postgres, admin) {
      const others: pg.Client[] = []
      for (;;) {
        const other = new pg.Client({ connectionString: postgres.url })
        other.on('error', () => undefined)
        try {
          await other.connect()
          others.push(other)
        } catch {
          const ours = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'copperplate'`
          if ((await admin.query(ours)).rowCount === 0) break
        }
      }
      return async () => void (await Promise.all(others.map((other) => other.end())))
    },
  },
  'has a full disk': {
    says: /could not extend file/,
    async begin(postgres, admin) {
      await growOps(admin)
      // The file of the ops can grow by half a page more, and no file is longer.
      const { size } = (await admin.query(`select pg_relation_size('ops')::int as size`)).rows[0]
      await postgres.limitFiles(size + 4_096)
      return () => postgres.limitFiles(null)
    },
  },
}

/** Rows that were never committed, whose space nobody takes again. */
async function growOps(admin: pg.Client): Promise<void> {
  await admin.query(`
    begin;
    insert into ops (document, version, author, time, body)
    select (select max(number) from documents), 1000000 + n, gen_random_uuid(), 0,
           (select string_agg(md5((n * 100 + part)::text), '') from generate_series(1, 60) as part)
      from generate_series(1, 1000) as n;
    rollback`)
}

describe('a node whose Postgres', function () {
  this.timeout(90_000)
  let postgres: PostgresCluster
  let server: RunningServer
  let node: Visits
  let admin: pg.Client
  const figures: string[] = []

  before(async () => {
    postgres = await PostgresCluster.create({
      settings: { max_connections: '30', autovacuum: 'off' },
      walFileMb: 1, // see limitFiles
    })
    server = await startServer({ DATABASE_URL: postgres.url, JWT_SECRET: TEST_SECRET, LOG_LEVEL: 'warn' })
    node = visitsTo(server.url)
  })
  after(async () => {
    expect((await server.stop()).code).to.equal(0)
    await postgres.close()
    console.log(`      writing was back after: ${figures.join(', ')}`)
  })
  beforeEach(async () => {
    admin = new pg.Client({ connectionString: postgres.url })
    admin.on('error', () => undefined) // some of this ends it
    await admin.connect()
  })
  afterEach(() => admin.end().catch(() => undefined))

  for (const [what, fault] of Object.entries(FAULTS)) {
    it(`[S8] ${what} sends its writers away with 1013, keeps its readers, and writes again at once when it is over`, async () => {
      const letters: string[] = []
      while (letters.length < LETTERS) letters.push(await node.letter())
      const readers = await Promise.all(letters.map((letter) => node.knock(letter, BEN)))
      await Promise.all(readers.map((reader) => reader.subscribe()))
      const writers = Array.from({ length: WRITERS }, (_, n) => new Writer(letters[n % LETTERS]!))
      const acknowledged = writers.map(() => 0)
      let isOver = false
      const writing = writers.map((writer, n) =>
        writer.persist(
          () => node,
          () => !isOver,
          () => acknowledged[n]!++,
        ),
      )
      const everyonePast = (counts: readonly number[], more: number) =>
        acknowledged.every((count, n) => count >= counts[n]! + more)
      try {
        await until('everybody to write', () =>
          everyonePast(
            writers.map(() => 0),
            20,
          ),
        )
        const said = server.stderr().length

        const began = performance.now()
        const end = await fault.begin(postgres, admin)
        const isSentAway = () => writers.some(({ closes }) => closes.length > 0)
        const log = () => server.stderr().slice(said)
        await until('a writer to be sent away', isSentAway, { ms: GIVEN_UP_MS, seen: log })
        const sentAwayMs = performance.now() - began
        await until('the node to say why', () => fault.says.test(log()), { ms: GIVEN_UP_MS, seen: log })
        await end()

        const ended = performance.now()
        const before = [...acknowledged]
        await until('everybody to write again', () => everyonePast(before, 1), {
          ms: BACK_MS,
          seen: () => server.stderr().slice(-2_000),
        })
        figures.push(
          `${what} ${(performance.now() - ended).toFixed()} ms (away after ${sentAwayMs.toFixed()})`,
        )
      } finally {
        isOver = true
        await Promise.all(writing)
      }

      expect(new Set(writers.flatMap(({ closes }) => closes))).to.deep.equal(new Set([CLOSE.tryAgain]))
      for (const [n, reader] of readers.entries()) {
        const { version } = await node.read(letters[n]!)
        await until('the reader to have it all', () => reader.version === version, {
          seen: () => reader.version,
        })
        expect(reader.isOpen).to.equal(true)
        expect(reader.ops.map(({ v }) => v)).to.deep.equal(reader.ops.map((_, index) => index + 1))
        for (const writer of writers) if (writer.letter === reader.letter) writer.expectIn(reader.ops)
        await reader.close()
      }
      await Promise.all(writers.map((writer) => writer.leave()))
    })
  }
})

describe('an op whose commit was not answered', () => {
  it('[S6] is there once, and its author hears that it was saved', async function () {
    this.timeout(60_000)
    const postgres = await ownPostgres()
    const proxy = await TcpProxy.to(postgres.port)
    const node = await startNode(proxy.through(postgres.url))
    const letter = await node.letter()
    const ada = await node.knock(letter)
    ada.edit(1, type('before '))
    await ada.hears('op')
    const admin = new pg.Client({ connectionString: postgres.url })
    await admin.connect()
    const inLog = async () => (await admin.query('select count(*)::int as n from ops')).rows[0].n as number
    const before = await inLog()

    proxy.loses = 'answers'
    const seq = ada.edit(2, type('during '))
    await until('it to be committed', async () => (await inLog()) === before + 1)
    expect(ada.ops).to.have.length(1)
    proxy.loses = 'nothing'
    proxy.cut()
    expect(await ada.hears('op')).to.include({ v: 2, src: ada.source, seq })
    expect(ada.ops.every(({ error }) => error === undefined)).to.equal(true)
    ada.edit(3, type('after '))
    await ada.hears('op')
    expect((await node.read(letter)).content.ops).to.deep.equal([{ insert: 'after during before \n' }])
    expect(await inLog()).to.equal(before + 2)

    await ada.close()
    await node.close()
    await admin.end()
    await proxy.close()
    await postgres.close()
  })
})
