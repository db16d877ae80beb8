import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { CLOSE } from '../../ot/wire.ts'
import type { Db } from '../../server/store/db.ts'
import { readEpoch } from '../../server/store/epoch.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { until } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { OwnClient } from '../harness/own-client.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { findPostgres } from '../harness/programs.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { command, type Ended } from './command.ts'
import { type } from './delivery-ops.ts'
import { ADA, BEN, visitsTo } from './delivery-people.ts'

/** The cluster of this run may be newer than the programs on the path. */
const PATH = `${findPostgres()}:${process.env.PATH}`

describe('backup and restore', function () {
  this.timeout(120_000)
  let folder: string
  let database: TestDatabase
  let db: Db
  let port: number
  let server: RunningServer
  let file: string

  before(() => {
    folder = scratchFolder('backups')
  })
  after(() => rmSync(folder, { recursive: true }))
  beforeEach(async () => {
    database = await freshDatabase()
    db = openPostgres(database.url, { maxConnections: 1 })
    file = join(folder, `${Math.random()}.backup`)
    port = await freePort()
    server = await start(database.url)
  })
  afterEach(async () => {
    await server.stop()
    await db.close()
    await database.drop()
  })

  function start(databaseUrl: string): Promise<RunningServer> {
    return startServer({
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      JWT_SECRET: TEST_SECRET,
      LOG_LEVEL: 'warn',
    })
  }

  const run = (args: string[], url = database.url): Promise<Ended> =>
    command(args, { DATABASE_URL: url, PATH })

  it('[D8] [S9] nobody goes on from what was after the backup: clients are told, keep their words, and agree', async () => {
    const node = visitsTo(server.url)
    const letter = await node.letter()
    const ada = new OwnClient(() => server.url, letter, ADA.token)
    const ben = node.stock(letter, BEN)
    await Promise.all([ada.saved(), ben.subscribed()])
    ada.type('kept. ')
    await ada.saved()

    const backup = await run(['backup', file])
    expect([backup.code, backup.stderr], backup.stdout).to.deep.equal([0, ''])
    expect(backup.stdout).to.match(/holds the database: \d+ bytes\n.*everything agrees\n$/)
    const before = await readEpoch(db)

    ada.type('saved after the backup. ')
    await ada.saved()
    await until('Ben to have it', () => ben.doc.version === 3)
    ada.offline()
    ada.type('never sent. ')
    await server.stop()
    await db.close()
    db = openPostgres(database.url, { maxConnections: 1 })

    const restored = await run(['restore', file, '--replace'])
    expect([restored.code, restored.stderr], restored.stdout).to.deep.equal([0, ''])
    expect(restored.stdout).to.match(/everything agrees\nrestored; the database has the new epoch /)
    expect(await readEpoch(db)).to.not.equal(before)

    server = await start(database.url)
    ada.online()
    await until('the draft', () => ada.view.drafts.length > 0, { seen: () => ada.view })
    await ada.saved()
    expect(ada.text).to.equal('kept. \n')
    expect(ada.view.drafts[0]).to.include({
      written: 'never sent.',
      whole: 'never sent. saved after the backup. kept. \n',
    })

    ben.doc.submitOp(type('from another history '))
    for (let time = 0; time < 2; time++) {
      ben.reconnect()
      expect(await ben.closed()).to.equal(CLOSE.reload)
    }
    const anew = node.stock(letter, BEN)
    await anew.subscribed()
    await anew.submit(type('anew '))
    await until('Ada to have it', () => ada.text === 'anew kept. \n', { seen: () => ada.text })
    ada.type('both ')
    await ada.saved()
    const { content, version } = await node.read(letter)
    expect([content.ops, version]).to.deep.equal([[{ insert: 'both anew kept. \n' }], 4])
    expect((await run(['doc', 'verify', '--all'])).stdout).to.match(/everything agrees/)
    await Promise.all([ada.close(), ben.close(), anew.close()])
  })

  it('[S9] a node starts afresh when its database is put in place of another under it', async () => {
    const node = visitsTo(server.url)
    const letter = await node.letter()
    const ada = node.stock(letter, ADA)
    await ada.subscribed()
    await ada.submit(type('kept '))
    expect((await run(['backup', file])).code).to.equal(0)
    await ada.submit(type('of another history '))
    const later = await node.letter()

    const other = await freshDatabase()
    expect((await run(['restore', file], other.url)).code).to.equal(0)
    await swap(database.url, other.url)
    expect(await ada.closed()).to.equal(CLOSE.reload)
    await until('the node to be ready', async () => (await fetch(`${server.url}/readyz`)).ok)

    const ben = node.stock(letter, BEN)
    await ben.subscribed()
    await ben.submit(type('and '))
    expect(ben.doc.data).to.deep.equal({ ops: [{ insert: 'and kept \n' }] })
    expect((await (await node.knock(later)).closed()) === CLOSE.notFound).to.equal(true)
    expect((await node.read(letter)).version).to.equal(3)
    await Promise.all([ada.close(), ben.close()])
    await other.drop()
  })

  it('a backup is whole or not there, and nobody else may read it', async () => {
    expect((await run(['backup', file])).code).to.equal(0)
    expect(statSync(file).mode & 0o777).to.equal(0o600)
    const again = await run(['backup', file])
    expect([again.code, again.stderr]).to.deep.equal([
      2,
      `There is something at ${file} already. Choose another name.\n`,
    ])
    const nowhere = join(folder, 'no', 'such', 'folder')
    expect((await run(['backup', nowhere])).code).to.equal(1)
    const empty = await freshDatabase()
    const nothing = await run(['backup', `${file}2`], empty.url)
    expect([nothing.code, nothing.stderr]).to.deep.equal([
      2,
      'This database has none of the tables of Copperplate: there is nothing to back up.\n',
    ])
    const noPrograms = join(folder, 'bin')
    const node = join(noPrograms, 'node')
    const without = await command(['backup', `${file}3`], { DATABASE_URL: database.url, PATH: node })
    expect(without.code).to.equal(1)
    expect(without.stderr).to.match(/^There is no pg_dump on the PATH\. Install/)
    for (const left of [`${file}2`, `${file}3`, `${file}3.unfinished`])
      expect(existsSync(left), left).to.equal(false)
    await empty.drop()
  })

  it('restoring is refused over a database that holds something, and under servers', async () => {
    await visitsTo(server.url).letter()
    expect((await run(['backup', file])).code).to.equal(0)
    const full = await run(['restore', file])
    expect(full.code).to.equal(2)
    expect(full.stderr).to.match(/^The database is not empty \(\d+ tables: public\.audit, .*say --replace/)
    const running = await run(['restore', file, '--replace'])
    expect(running.code).to.equal(2)
    expect(running.stderr).to.match(/^Servers are connected to the database .* Stop them first/)
  })

  it('what is no backup, or half of one, changes nothing and says so', async () => {
    const letter = await visitsTo(server.url).letter()
    expect((await run(['backup', file])).code).to.equal(0)
    await server.stop()
    await db.close()
    const whole = readFileSync(file)
    const half = `${file}.half`
    writeFileSync(half, whole.subarray(0, whole.length - 40))
    const nonsense = `${file}.txt`
    writeFileSync(nonsense, 'Dear Sir')
    const cases: readonly [string, RegExp][] = [
      [join(folder, 'nothing'), /^There is no .*nothing\.\n$/],
      [nonsense, /is no file that pg_dump has written/],
      [folder, /is a folder, a copy of an embedded database\. Unset DATABASE_URL/],
      [half, /^pg_restore failed[\s\S]*Nothing was changed/],
    ]
    for (const [what, says] of cases) {
      const { code, stderr } = await run(['restore', what, '--replace'])
      expect(code, stderr).to.be.oneOf([1, 2])
      expect(stderr).to.match(says)
    }
    expect((await run(['doc', 'verify', letter])).stdout).to.match(/version 1, everything agrees/)
    db = openPostgres(database.url)
    server = await start(database.url)
  })

  it('a letter that does not agree is named, in a backup and after restoring it', async () => {
    const letter = await visitsTo(server.url).letter()
    await db.query('update heads set version = 5, time = 7')
    const backup = await run(['backup', file])
    expect(backup.code).to.equal(1)
    expect(backup.stdout).to.include(`letters/${letter}: version 2 is missing from the log`)
    const other = await freshDatabase()
    const restored = await run(['restore', file], other.url)
    expect(restored.code).to.equal(1)
    expect(restored.stdout).to.include(`letters/${letter}: version 2 is missing from the log`)
    await other.drop()
  })

  it('[S9] npm run epoch says which epoch it is, and sets another', async () => {
    const epoch = await readEpoch(db)
    expect(await run(['epoch'])).to.deep.equal({ code: 0, stdout: `${epoch}\n`, stderr: '' })
    const renewed = await run(['epoch', '--new'])
    expect(renewed.stdout).to.equal(`${await readEpoch(db)}\n`)
    expect(renewed.stdout).to.not.include(epoch)
    expect((await run(['epoch', 'new'])).code).to.equal(2)
  })

  /** Puts one database in the place of another, whose connections are cut. */
  async function swap(here: string, there: string): Promise<void> {
    const [old, fresh] = [here, there].map((url) => new URL(url).pathname.slice(1))
    await db.close()
    const admin = openPostgres(process.env.TEST_DATABASE_URL!, { maxConnections: 1 })
    await admin.query(`alter database ${old} with allow_connections false`)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [old!])
    await until('everybody to be gone', async () => {
      const [row] = await admin.query('select count(*) as count from pg_stat_activity where datname = $1', [
        old!,
      ])
      return row!.count === 0
    })
    await admin.query(`alter database ${old} rename to ${old}_old`)
    await admin.query(`alter database ${fresh} rename to ${old}`)
    await admin.query(`drop database ${old}_old`)
    await admin.close()
    db = openPostgres(here, { maxConnections: 1 })
  }
})

describe('backup and restore of the embedded database', function () {
  this.timeout(120_000)
  let folder: string

  before(() => {
    folder = scratchFolder('embedded')
    chmodSync(folder, 0o700)
  })
  after(() => rmSync(folder, { recursive: true }))

  const at = (name: string) => join(folder, name)
  const run = (args: string[], dataDir: string): Promise<Ended> => command(args, { DATA_DIR: dataDir })
  const start = (dataDir: string, port = '0') =>
    startServer({ DATA_DIR: dataDir, PORT: port, JWT_SECRET: TEST_SECRET, LOG_LEVEL: 'warn' })

  it('[D8] copies the folder while no server runs, and gives the copy that is brought back a new epoch', async () => {
    const port = String(await freePort())
    let server = await start(at('data'), port)
    const node = visitsTo(server.url)
    const letter = await node.letter()
    const ada = node.stock(letter, ADA)
    await ada.subscribed()
    await ada.submit(type('kept '))
    const running = await run(['backup', at('copy')], at('data'))
    expect(running.code).to.equal(2)
    expect(running.stderr).to.match(
      /^The server must not run meanwhile: the data folder .* is in use by process \d+/,
    )
    expect(existsSync(at('copy'))).to.equal(false)
    await server.stop()

    const backup = await run(['backup', at('copy')], at('data'))
    expect([backup.code, backup.stderr], backup.stdout).to.deep.equal([0, ''])
    expect(backup.stdout).to.match(/everything agrees\n.*copy is a copy of the database in /)

    server = await start(at('data'), port)
    const ben = node.stock(letter, BEN)
    await ben.subscribed()
    await ben.submit(type('after the backup '))
    await server.stop()

    expect((await run(['restore', at('copy')], at('data'))).stderr).to.match(/say --replace/)
    const restored = await run(['restore', at('copy'), '--replace'], at('data'))
    expect([restored.code, restored.stderr], restored.stdout).to.deep.equal([0, ''])
    expect(restored.stdout).to.match(/everything agrees\nrestored into .* has the new epoch /)

    server = await start(at('data'), port)
    ben.reconnect()
    expect(await ben.closed()).to.equal(CLOSE.reload)
    expect((await node.read(letter)).content.ops).to.deep.equal([{ insert: 'kept \n' }])
    await Promise.all([ada.close(), ben.close()])
    await server.stop()
  })

  it('is refused for what is no copy, or not there', async () => {
    expect((await run(['backup', at('nothing')], at('no-data'))).stderr).to.match(/^There is no database in /)
    writeFileSync(at('a-file'), 'x')
    expect((await run(['restore', at('a-file')], at('new'))).stderr).to.match(
      /is no copy of an embedded database/,
    )
    expect(existsSync(at('new'))).to.equal(false)
  })
})
