import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { letter } from '../../ot/types.ts'
import { CLOSE } from '../../ot/wire.ts'
import { until, within } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { freshDatabase, ownPostgres, type TestDatabase } from '../harness/postgres.ts'
import { sharedRedisUrl } from '../harness/redis.ts'
import type { RunningServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { command } from './command.ts'
import {
  ADA,
  BEN,
  FIRM,
  held,
  join,
  type LetterReply,
  newLetter,
  rest,
  start,
  together,
  tokens,
} from './stock-people.ts'

describe('OP_LOG=sharedb-postgres', function () {
  this.timeout(60_000)
  let database: TestDatabase
  let server: RunningServer

  before(async () => {
    database = await freshDatabase()
    server = await start(database.url)
  })
  after(async () => {
    await server.stop()
    await database.drop()
  })

  it('creates a letter over REST, once', async () => {
    const id = randomUUID()
    const [first, second] = [
      await rest(server, 'POST', '/v1/docs', { id, title: 'Once', type: 'letter' }),
      await rest(server, 'POST', '/v1/docs', { id, title: 'Twice', type: 'letter' }),
    ]
    expect(first).to.include({ status: 201, id, version: 1, updatedBy: ADA })
    expect(second).to.deep.equal({ ...first, status: 200 })
    const many = randomUUID()
    const replies = await Promise.all(
      Array.from({ length: 5 }, () =>
        rest(server, 'POST', '/v1/docs', { id: many, title: 'x', type: 'letter' }),
      ),
    )
    expect(replies.map(({ version }) => version)).to.deep.equal([1, 1, 1, 1, 1])
  })

  it('lets two stock clients write at once, and they end with one text', async () => {
    const id = await newLetter(server)
    const [ada, ben] = [await join(server, id, tokens.ada), await join(server, id, tokens.ben)]
    for (let round = 0; round < 20; round++) {
      await Promise.all([
        ada.submit([{ insert: `a${round}😀` }, { retain: 1, attributes: { header: 1 } }]),
        ben.submit([{ insert: `b${round}\n` }]),
      ])
    }
    await together(ada, ben)
    expect(ada.doc.version).to.equal(41)
    const read = await rest(server, 'GET', `/v1/docs/${id}?content=1`)
    expect(read).to.deep.include({ version: 41, content: letter.parseCreate(held(ada)) })
    await Promise.all([ada.close(), ben.close()])
  })

  it('shows the newest version, and who made it, in the list of letters', async () => {
    const id = await newLetter(server)
    const ben = await join(server, id, tokens.ben)
    await ben.submit([{ insert: 'x' }])
    const { docs } = await rest<{ docs: LetterReply[] }>(server, 'GET', '/v1/docs')
    expect(docs.find((doc) => doc.id === id)).to.include({ version: 2, updatedBy: BEN })
    await ben.close()
  })

  it('[S5] issues the sources', async () => {
    const id = await newLetter(server)
    const [one, two] = [await join(server, id, tokens.ada), await join(server, id, tokens.ada)]
    for (const { connection } of [one, two])
      expect(connection.id).to.match(/^[\w-]{12}\.[\w-]{22}\.[\w-]{16}$/)
    expect(one.connection.id).not.to.equal(two.connection.id)
    await Promise.all([one.close(), two.close()])
  })

  it('[D5] acknowledges an op that changes nothing like any other', async () => {
    const id = await newLetter(server)
    const ada = await join(server, id, tokens.ada)
    await ada.submit([{ retain: 1 }])
    expect(ada.doc.version).to.equal(2)
    await ada.close()
  })

  it('[D5] keeps one of two block formats that exclude each other, also for who set the other', async () => {
    const id = await newLetter(server)
    const ada = await join(server, id, tokens.ada)
    await ada.submit([{ retain: 1, attributes: { header: 1 } }])
    await ada.submit([{ retain: 1, attributes: { list: 'bullet' } }])
    expect(held(ada)).to.deep.equal({ ops: [{ insert: '\n', attributes: { list: 'bullet' } }] })
    const { content } = await rest(server, 'GET', `/v1/docs/${id}?content=1`)
    expect(content).to.deep.equal(held(ada))
    await ada.close()
  })

  it('carries edits between two nodes through Redis', async () => {
    const options = { REDIS_URL: sharedRedisUrl() }
    const nodes = [await start(database.url, options), await start(database.url, options)] as const
    const id = await newLetter(nodes[0])
    const [ada, ben] = [await join(nodes[0], id, tokens.ada), await join(nodes[1], id, tokens.ben)]
    for (let round = 0; round < 10; round++) {
      await Promise.all([ada.submit([{ insert: 'a' }]), ben.submit([{ insert: 'b' }])])
    }
    await together(ada, ben)
    expect(ada.doc.version).to.equal(21)
    await Promise.all([ada.close(), ben.close()])
    await Promise.all(nodes.map((node) => node.stop()))
  })

  it('opens letters while Redis is away', async () => {
    const node = await start(database.url, { REDIS_URL: `redis://127.0.0.1:${await freePort()}` })
    const ada = await join(node, await newLetter(node), tokens.ada)
    await ada.submit([{ insert: 'a' }])
    await ada.close()
    await node.stop()
  })

  it('keeps the text over a restart', async () => {
    const id = await newLetter(server)
    const before = await join(server, id, tokens.ada)
    await before.submit([{ insert: 'kept', attributes: { italic: true, bold: true, color: '#ff0000' } }])
    const text = held(before)
    await server.stop()
    expect(await before.closed()).to.equal(CLOSE.restart)
    server = await start(database.url)
    const after = await join(server, id, tokens.ben)
    expect([after.doc.version, held(after)]).to.deep.equal([2, text])
    await after.submit([{ insert: 'and ' }])
    await after.close()
  })

  it('[S8] closes with 1013 while the database is away, lives on, and takes the edit afterwards, once', async () => {
    const cluster = await ownPostgres()
    const own = await start(cluster.url)
    const id = await newLetter(own)
    const ada = await join(own, id, tokens.ada)
    await ada.submit([{ insert: 'before ' }])
    await cluster.stop('immediate')
    const sent = new Promise<void>((resolve, reject) => {
      ada.doc.submitOp([{ insert: 'meanwhile ' }], {}, (error) => (error ? reject(error) : resolve()))
    })
    expect(await ada.closed()).to.equal(CLOSE.tryAgain)
    await cluster.start()
    await until('the door to know her again', async () => {
      const { status } = await rest<{ status: number }>(own, 'GET', `/v1/docs/${id}`)
      return status === 200
    })
    ada.reconnect()
    await within(10_000, 'the edit to be taken', sent)
    expect(held(ada)).to.deep.equal({ ops: [{ insert: 'meanwhile before \n' }] })
    expect(ada.doc.version).to.equal(3)
    await ada.close()
    await own.stop()
    await cluster.close()
  })

  it('leads to our own log: the import takes its letters over, and a server without it goes on with them', async () => {
    const own = await freshDatabase()
    const stock = await start(own.url)
    const id = await newLetter(stock)
    const before = await join(stock, id, tokens.ada)
    await before.submit([{ insert: 'moves ' }])
    await before.close()
    await stock.stop()
    const ended = await command(['import-sharedb-postgres', own.url, '--firm', FIRM], {
      DATABASE_URL: own.url,
      JWT_SECRET: TEST_SECRET,
    })
    expect(ended.stdout).to.include(`letters/${id}: imported, version 2, 2 ops`)
    expect(ended.code, ended.stdout).to.equal(0)
    const ours = await start(own.url, { OP_LOG: 'copperplate' })
    const after = await join(ours, id, tokens.ben)
    await after.submit([{ insert: 'it ' }])
    expect(held(after)).to.deep.equal({ ops: [{ insert: 'it moves \n' }] })
    expect(after.doc.version).to.equal(3)
    await after.close()
    await ours.stop()
    await own.drop()
  })
})
