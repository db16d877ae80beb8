import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Db } from '../../server/store/db.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { until } from '../harness/deadline.ts'
import { newLetter } from '../harness/letters.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { freshBucket } from '../harness/s3-server.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'
import { command } from './command.ts'

const TOKEN = memberToken({ sub: randomUUID(), firm: randomUUID() })
const KEYS = `2026:${randomBytes(32).toString('base64')}`

const PLACES: Readonly<Record<string, () => Promise<Readonly<Record<string, string>>>>> = {
  'the database': async () => ({}),
  async S3() {
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = await freshBucket()
    return {
      S3_ENDPOINT: endpoint,
      S3_BUCKET: bucket,
      S3_REGION: region,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    }
  },
}

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
  const keys = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    command(['keys', ...args], { DATABASE_URL: database.url, SNAPSHOT_KEYS: KEYS, ...env })

  async function ask(server: RunningServer, method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${server.url}/v1/docs/${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    expect(answer.ok, `${method} ${path}: ${answer.status}`).to.equal(true)
    return answer.json()
  }

  for (const [place, open] of Object.entries(PLACES)) {
    it(`[T1] rotate seals snapshots in ${place} anew beside a server, which opens them with the new key`, async () => {
      const env = await open()
      const first = await start(env)
      await db.query('delete from sealed_snapshots')
      const id = await newLetter(first.url, TOKEN)
      await ask(first, 'POST', `${id}/snapshots`, { name: 'Empty' })
      const kids = () => db.query<{ kid: string }>('select kid from sealed_snapshots')
      await until('a snapshot', async () => (await kids()).length === 1)
      const blame = await ask(first, 'GET', `${id}/blame`)
      await first.stop()

      const second = await start({ ...env, SNAPSHOT_KEYS: KEYS })
      expect((await kids())[0]).to.deep.equal({ kid: 'database' })
      const rotated = await keys(['rotate'], env)
      expect(rotated.stdout).to.equal('1 snapshots were sealed anew; no other key is needed any more.\n')
      expect(rotated.code).to.equal(0)
      expect((await kids())[0]).to.deep.equal({ kid: '2026' })
      expect((await keys(['rotate'], env)).stdout).to.match(/^0 snapshots/)
      expect(await ask(second, 'GET', `${id}/blame`)).to.deep.equal(blame)
      expect(second.stderr()).to.not.include('a snapshot is not there')
      await second.stop()
    })
  }

  it('says what it takes', async () => {
    const { code, stderr } = await keys(['roll'])
    expect(code).to.equal(2)
    expect(stderr).to.include('npm run keys -- rotate')
  })
})
