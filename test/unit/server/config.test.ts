import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  ConfigError,
  describeConfig,
  isLoopback,
  OPTIONS,
  optionTable,
  readConfig,
} from '../../../server/config.ts'

const SECRET = 'a secret of more than thirty-two characters'

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

const KEY = Buffer.alloc(32, 1).toString('base64')
const OLD_KEY = Buffer.alloc(32, 2).toString('base64')

const S3 = {
  S3_ENDPOINT: 'https://s3.example.com',
  S3_BUCKET: 'snapshots',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: SECRET,
}

describe('configuration', () => {
  it('an empty environment serves this machine alone, with everything inside the process', () => {
    expect(readConfig({})).to.deep.equal({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: null,
      redisUrls: [],
      dataDir: './data',
      drainMs: 0,
      jwtSecret: null,
      signIn: 'local',
      allowedOrigins: [],
      opLog: 'copperplate',
      logLevel: 'info',
      snapshotKeys: [],
      s3: null,
    })
  })

  it('reads every option', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgres://u:p@db/copperplate',
      REDIS_URL: 'rediss://redis:6380, rediss://redis:6381',
      DATA_DIR: '/srv/data',
      DRAIN_SECONDS: '10',
      JWT_SECRET: SECRET,
      ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080 ,',
      OP_LOG: 'sharedb-postgres',
      LOG_LEVEL: 'debug',
      SNAPSHOT_KEYS: `2026:${KEY}, 2025:${OLD_KEY}`,
      ...S3,
      S3_REGION: 'eu-central-1',
    })
    expect(config).to.deep.equal({
      port: 0,
      host: '0.0.0.0',
      databaseUrl: 'postgres://u:p@db/copperplate',
      redisUrls: ['rediss://redis:6380', 'rediss://redis:6381'],
      dataDir: '/srv/data',
      drainMs: 10_000,
      jwtSecret: SECRET,
      signIn: 'token',
      allowedOrigins: ['https://a.example', 'http://b.example:8080'],
      opLog: 'sharedb-postgres',
      logLevel: 'debug',
      snapshotKeys: [
        ['2026', Buffer.from(KEY, 'base64')],
        ['2025', Buffer.from(OLD_KEY, 'base64')],
      ],
      s3: {
        endpoint: 'https://s3.example.com',
        bucket: 'snapshots',
        region: 'eu-central-1',
        accessKeyId: 'id',
        secretAccessKey: SECRET,
      },
    })
  })

  it('keys of snapshots that are no keys are faults, and are not repeated', () => {
    for (const keys of [
      KEY,
      `2026:${KEY.slice(8)}`,
      `database:${KEY}`,
      `a b:${KEY}`,
      `x:${KEY},x:${OLD_KEY}`,
    ]) {
      const faults = faultsOf({ SNAPSHOT_KEYS: keys })
      expect(faults, keys).to.have.length(1)
      expect(faults[0]).to.include('SNAPSHOT_KEYS').and.not.include(KEY.slice(8))
    }
  })

  it('a bucket is named as a whole, and reached in secret', () => {
    for (const name of Object.keys(S3)) {
      const faults = faultsOf({ ...S3, [name]: '' })
      expect(faults, name).to.have.length(1)
      expect(faults[0])
        .to.match(new RegExp(`^${name} must be set too`))
        .and.not.include(SECRET)
    }
    for (const endpoint of ['http://s3.example.com', 's3.example.com', 'ftp://s3.example.com']) {
      expect(faultsOf({ ...S3, S3_ENDPOINT: endpoint }), endpoint).to.have.length(1)
    }
    expect(faultsOf({ ...S3, S3_ENDPOINT: 'http://127.0.0.1:7480' })).to.deep.equal([])
  })

  it('an empty value counts as unset', () => {
    const empty = Object.fromEntries(OPTIONS.map(({ name }) => [name, ' ']))
    expect(readConfig(empty)).to.deep.equal(readConfig({}))
  })

  it('ignores variables it does not know', () => {
    expect(readConfig({ COPPERPLATE_PORT: '99', PORTS: 'x' })).to.deep.equal(readConfig({}))
  })

  it('reports all faults at once', () => {
    const faults = faultsOf({
      PORT: '70000',
      HOST: '0.0.0.0',
      DATABASE_URL: 'mysql://x',
      REDIS_URL: 'nonsense',
      ALLOWED_ORIGINS: 'https://*.example.com',
      OP_LOG: 'memory',
      LOG_LEVEL: 'loud',
    })
    expect(faults).to.have.length(7)
    for (const name of [
      'PORT',
      'HOST',
      'DATABASE_URL',
      'REDIS_URL',
      'ALLOWED_ORIGINS',
      'OP_LOG',
      'LOG_LEVEL',
    ]) {
      expect(
        faults.filter((fault) => fault.includes(name)),
        name,
      ).to.have.length(1)
    }
  })

  const FAULTS: readonly [string, Record<string, string>, RegExp][] = [
    ['a port that is no number', { PORT: 'http' }, /PORT must be a whole number/],
    ['a negative port', { PORT: '-1' }, /PORT must be a whole number/],
    ['a drain that is no number', { DRAIN_SECONDS: '1.5' }, /DRAIN_SECONDS must be a whole number/],
    ['a short secret', { JWT_SECRET: 'x'.repeat(31) }, /at least 32 characters/],
    ['other machines without a secret', { HOST: '10.0.0.1' }, /whoever opens the page chooses who they are/],
    ['every address without a secret', { HOST: '::' }, /set JWT_SECRET, or leave HOST/],
    ['an origin with a path', { ALLOWED_ORIGINS: 'https://a.example/' }, /not an exact origin/],
    ['an origin without a scheme', { ALLOWED_ORIGINS: 'a.example' }, /not an exact origin/],
    ['the stock adapter without a server', { OP_LOG: 'sharedb-postgres' }, /set DATABASE_URL/],
  ]
  for (const [what, env, sentence] of FAULTS) {
    it(`refuses ${what} with a sentence that says what to do`, () => {
      const faults = faultsOf(env)
      expect(faults).to.have.length(1)
      expect(faults[0]).to.match(sentence).and.match(/\.$/)
    })
  }

  it('[A6] no fault and no description repeats a secret', () => {
    const canary = 'canary'
    const faults = faultsOf({
      HOST: '0.0.0.0',
      JWT_SECRET: canary,
      DATABASE_URL: `mysql://u:${canary}@db`,
      REDIS_URL: `http://:${canary}@redis`,
    })
    expect(faults).to.have.length(3)
    expect(faults.join()).not.to.include(canary)

    const config = readConfig({
      JWT_SECRET: canary.repeat(8),
      DATABASE_URL: `postgres://u:${canary}@db/x?password=${canary}`,
      REDIS_URL: `redis://:${canary}@redis`,
    })
    expect(JSON.stringify(describeConfig(config))).not.to.include(canary)
  })

  it('knows which addresses only this machine can reach', () => {
    for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.9.9.9', '::1', '[::1]']) {
      expect(isLoopback(host), host).to.equal(true)
    }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost.example.com', '127.0.0.1.nip.io', '']) {
      expect(isLoopback(host), host).to.equal(false)
    }
  })

  it('the table of options in README.md is the one the program reads', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
    const [, table] = /<!-- options -->\n+([\s\S]*?)\n+<!-- \/options -->/.exec(readme) ?? []
    expect(table, 'put the output of optionTable() between the markers').to.equal(optionTable())
  })
})
