import { expect } from 'chai'
import { createLog, type Log } from '../../../server/log.ts'

const CANARY = 'canary-7f3a'
const TOKEN = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${CANARY}`

function logged(write: (log: Log) => void): string {
  const lines: string[] = []
  write(createLog('info', { write: (line: string) => void lines.push(line) }))
  return lines.join('')
}

describe('the log', () => {
  it('is one JSON object a line', () => {
    const line = logged((log) => log.info({ port: 3000 }, 'listening'))
    expect(JSON.parse(line)).to.include({ level: 30, port: 3000, msg: 'listening' })
    expect(line.endsWith('\n')).to.equal(true)
  })

  it('leaves out what is below its level', () => {
    expect(logged((log) => log.debug('detail'))).to.equal('')
  })

  const SECRETS: Readonly<Record<string, object>> = {
    'an authorization header': { headers: { authorization: `Basic ${CANARY}` } },
    'the headers of a request': { req: { headers: { authorization: CANARY, cookie: CANARY } } },
    'a cookie being set': { res: { headers: { 'set-cookie': CANARY } } },
    'a token': { token: CANARY },
    'a ticket': { body: { ticket: CANARY } },
    'a configuration': { config: { jwtSecret: CANARY, databaseUrl: CANARY, redisUrls: [CANARY] } },
    'a bucket': { config: { s3: { secretAccessKey: CANARY }, snapshotKeys: [['2026', CANARY]] } },
    'a token inside a message': { message: `could not parse ${TOKEN}` },
    'a password inside a URL': { message: `connect to postgres://user:${CANARY}@db:5432/x failed` },
    'an error that quotes a URL': { err: new Error(`bad address redis://:${CANARY}@redis`) },
    'the cause of an error': { err: new Error('away', { cause: new Error(`at postgres://u:${CANARY}@db`) }) },
  }
  for (const [what, fields] of Object.entries(SECRETS)) {
    it(`hides ${what}`, () => {
      const line = logged((log) => log.error(fields, 'something went wrong'))
      expect(line).to.include('something went wrong')
      expect(line).not.to.include(CANARY)
    })
  }
})
