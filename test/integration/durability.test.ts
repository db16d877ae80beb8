import { rmSync } from 'node:fs'
import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import { freshDatabase, ownPostgres } from '../harness/postgres.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { visitsTo } from './delivery-people.ts'
import { Writer } from './delivery-writer.ts'

/** Where a server keeps its letters, through all its lives. */
interface Place {
  readonly env: Readonly<Record<string, string>>
  remove(): Promise<void>
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  async PGlite() {
    const folder = scratchFolder('durable')
    return { env: { DATA_DIR: folder }, remove: async () => rmSync(folder, { recursive: true }) }
  },
  async Postgres() {
    const database = await freshDatabase()
    return { env: { DATABASE_URL: database.url }, remove: database.drop }
  },
}

const WRITERS = 6
const KILLS = 3
const ACKS_BEFORE_A_KILL = 150

for (const [engine, find] of Object.entries(PLACES)) {
  describe(`what is acknowledged, on ${engine}`, () => {
    let place: Place
    let server: RunningServer

    const start = async () => {
      server = await startServer({ ...place.env, JWT_SECRET: TEST_SECRET, LOG_LEVEL: 'warn' })
      return visitsTo(server.url)
    }

    before(async () => {
      place = await find()
    })
    after(() => place.remove())

    it('survives kill -9 of the server, is there once, and so is what was sent again', async function () {
      this.timeout(120_000)
      let node = await start()
      const letters = [await node.letter(), await node.letter(), await node.letter()]
      const writers = Array.from({ length: WRITERS }, (_, n) => new Writer(letters[n % letters.length]!))
      let acknowledged = 0

      for (let kill = 1; kill <= KILLS; kill++) {
        for (const writer of writers) await writer.connect(node)
        const writing = Promise.all(writers.map((writer) => writer.write(() => acknowledged++)))
        const enough = kill * ACKS_BEFORE_A_KILL
        await until('enough acknowledgements', () => acknowledged >= enough, { seen: () => acknowledged })
        server.kill('SIGKILL')
        expect((await server.exited).signal).to.equal('SIGKILL')
        await writing
        node = await start()
      }

      for (const writer of writers) await writer.connect(node)
      for (const letter of letters) {
        const reader = await node.knock(letter)
        await reader.ask('f', { v: 1 })
        for (const writer of writers) if (writer.letter === letter) writer.expectIn(reader.ops)
        await reader.close()
      }
      expect(
        writers.reduce((sum, { resent }) => sum + resent, 0),
        'ops that were cut off',
      ).to.be.greaterThan(0)
      await Promise.all(writers.map((writer) => writer.leave()))
      expect((await server.stop()).code).to.equal(0)
    })
  })
}

describe('what is acknowledged, when Postgres itself is killed', () => {
  it('is there once when it is back, and writing goes on by itself', async function () {
    this.timeout(120_000)
    const postgres = await ownPostgres()
    const server = await startServer({
      DATABASE_URL: postgres.url,
      JWT_SECRET: TEST_SECRET,
      LOG_LEVEL: 'fatal',
    })
    const node = visitsTo(server.url)
    const letter = await node.letter()
    const writers = Array.from({ length: WRITERS }, () => new Writer(letter))
    let acknowledged = 0

    for (const mode of ['immediate', 'kill', 'fast'] as const) {
      for (const writer of writers) await writer.connect(node)
      const writing = Promise.all(writers.map((writer) => writer.write(() => acknowledged++)))
      const enough = acknowledged + ACKS_BEFORE_A_KILL
      await until('enough acknowledgements', () => acknowledged >= enough, { seen: () => acknowledged })
      await postgres.stop(mode)
      await writing
      await postgres.start()
    }

    for (const writer of writers) await writer.connect(node)
    const reader = await node.knock(letter)
    await reader.ask('f', { v: 1 })
    for (const writer of writers) writer.expectIn(reader.ops)
    await Promise.all([reader.close(), ...writers.map((writer) => writer.leave())])
    expect((await server.stop()).code).to.equal(0)
    await postgres.close()
  })
})
