import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { expect } from 'chai'
import { freePort } from '../harness/free-port.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { startServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { command, type Ended } from './command.ts'
import { StockDatabase } from './stock-database.ts'

const FIRM = randomUUID()
const OWNER = randomUUID()

const importing = (url: string, env: Record<string, string>, ...options: string[]) =>
  command(['import-sharedb-postgres', url, ...options], { JWT_SECRET: TEST_SECRET, ...env })

describe('import:sharedb-postgres, as a command', () => {
  let stock: StockDatabase
  let target: TestDatabase

  before(async function () {
    this.timeout(60_000)
    stock = await StockDatabase.create()
    const note = await stock.open('notes', 'one')
    await note.create([{ insert: 'One\n' }])
    target = await freshDatabase()
    await importing(stock.url, { DATABASE_URL: target.url }, '--firm', FIRM, '--owner', OWNER)
  })
  after(async () => {
    await target.drop()
    await stock.close()
  })

  it('fills an embedded database, in local mode without being told for whom', async function () {
    this.timeout(60_000)
    const folder = scratchFolder('imported')
    const ended = await command(['import-sharedb-postgres', stock.url, '--collection', 'notes'], {
      DATA_DIR: folder,
    })
    expect(ended.code, ended.stdout + ended.stderr).to.equal(0)
    expect(ended.stdout).to.match(/^imported +1 +1$/m)
    const verified = await command(['doc', 'verify', '--all'], { DATA_DIR: folder })
    expect(verified).to.deep.include({ code: 0, stdout: 'documents replayed: 1, everything agrees\n' })
    rmSync(folder, { recursive: true })
  })

  describe('cannot begin', () => {
    const cases: readonly [string, () => Promise<Ended>, string][] = [
      ['without a url', () => importing('--firm', {}, FIRM), 'Which database?'],
      [
        'with a url of something else',
        () => importing('mysql://host/db', {}),
        'That is no url of a Postgres database.',
      ],
      [
        'with a firm that is no UUID',
        () => importing('postgres://h/d', {}, '--firm', 'us'),
        '--firm takes a UUID',
      ],
      [
        'with an option it does not know',
        () => importing('postgres://h/d', {}, '--all'),
        "Unknown option '--all'",
      ],
      [
        'when nobody is there',
        async () => importing(`postgres://ada:hidden@127.0.0.1:${await freePort()}/x`, {}),
        'The database cannot be read: connect ECONNREFUSED',
      ],
      [
        'when the database has no such tables',
        () => importing(target.url, {}),
        'has no tables of sharedb-postgres',
      ],
      [
        'when its own database is not there',
        () => importing(stock.url, { DATABASE_URL: 'postgres://127.0.0.1:1/x' }),
        'The database of DATABASE_URL cannot be reached',
      ],
      [
        'when the owner belongs to another firm',
        () => importing(stock.url, { DATABASE_URL: target.url }, '--firm', randomUUID(), '--owner', OWNER),
        `belongs to the firm ${FIRM}`,
      ],
      [
        'when it is not said whose letters they become',
        () => importing(stock.url, { DATABASE_URL: target.url }),
        'Say so with --firm.',
      ],
      [
        'when the data folder is in use',
        async () => {
          const folder = scratchFolder('in-use')
          const server = await startServer({ DATA_DIR: folder })
          const ended = await importing(stock.url, { DATA_DIR: folder }, '--firm', FIRM)
          await server.stop()
          rmSync(folder, { recursive: true })
          expect(ended.stderr).to.include(folder)
          return ended
        },
        'Stop the server first',
      ],
    ]
    for (const [when, run, sentence] of cases) {
      it(`${when}: it says so and ends with 2`, async function () {
        this.timeout(60_000)
        const ended = await run()
        expect(ended.stderr).to.include(sentence)
        expect(ended.stderr).not.to.include('hidden')
        expect(ended.stdout).to.equal('')
        expect(ended.code).to.equal(2)
      })
    }
  })
})
