import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Db } from '../../server/store/db.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { until } from '../harness/deadline.ts'
import { newLetter } from '../harness/letters.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'
import { command } from './command.ts'

const TOKEN = memberToken({ sub: randomUUID(), firm: randomUUID() })
const KEYS = `2026:${randomBytes(32).toString('base64')}`

describe('npm run keys', function () {
  this.timeout(120_000)
  let database: TestDatabase
  let db: Db

  before(async () => {
    database = await freshDatabase()
    db = openPostgres(database.url)
  })
  after(async () => {
    await db.close()
    await database.drop()
  })

  const start = (env: Readonly<Record<string, string>> = {}) =>
    startServer({ DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET, ...env })
  const keys = (...args: string[]) =>
    command(['keys', ...args], { DATABASE_URL: database.url, SNAPSHOT_KEYS: KEYS })

  async function ask(server: RunningServer, method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${server.url}/v1/docs/${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    expect(answer.ok, `${method} ${path}: ${answer.status}`).to.equal(true)
    return answer.json()
  }

  it('[T1] rotate seals snapshots anew beside a server, which opens them with the new key', async () => {
    const first = await start()
    const id = await newLetter(first.url, TOKEN)
    await ask(first, 'POST', `${id}/snapshots`, { name: 'Empty' })
    const kids = () => db.query<{ kid: string }>('select kid from sealed_snapshots')
    await until('a snapshot', async () => (await kids()).length === 1)
    const blame = await ask(first, 'GET', `${id}/blame`)
    await first.stop()

    const second = await start({ SNAPSHOT_KEYS: KEYS })
    expect((await kids())[0]).to.deep.equal({ kid: 'database' })
    const rotated = await keys('rotate')
    expect(rotated.stdout).to.equal('1 snapshots were sealed anew; no other key is needed any more.\n')
    expect(rotated.code).to.equal(0)
    expect((await kids())[0]).to.deep.equal({ kid: '2026' })
    expect((await keys('rotate')).stdout).to.match(/^0 snapshots/)
    expect(await ask(second, 'GET', `${id}/blame`)).to.deep.equal(blame)
    expect(second.stderr()).to.not.include('a snapshot is not there')
    await second.stop()
  })

  it('says what it takes', async () => {
    const { code, stderr } = await keys('roll')
    expect(code).to.equal(2)
    expect(stderr).to.include('npm run keys -- rotate')
  })
})
