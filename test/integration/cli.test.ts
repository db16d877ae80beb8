import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { OpRecord } from '../../ot/logged-op.ts'
import { letter } from '../../ot/types.ts'
import type { Db } from '../../server/store/db.ts'
import { migrate } from '../../server/store/migrate.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { verifyOne } from '../../server/workers/doc-commands.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { startServer } from '../harness/server.ts'
import { stockClient } from '../harness/stock-client.ts'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'
import { command, type Ended } from './command.ts'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
const ADA = '3f2a0000-0000-4000-8000-0000000000ad'
const START = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

describe('npm run doc', () => {
  let database: TestDatabase
  let db: Db
  let log: OpLog

  before(async () => {
    database = await freshDatabase()
    db = openPostgres(database.url)
    await migrate(db, MIGRATIONS)
    log = new OpLog(db)
  })
  after(async () => {
    await db.close()
    await database.drop()
  })

  const doc = (...args: string[]): Promise<Ended> => command(['doc', ...args], { DATABASE_URL: database.url })

  /** A letter of five versions, with a copy of the third. */
  async function write(): Promise<{ id: string; document: number }> {
    const id = randomUUID()
    const document = await log.name('letters', id)
    const created = { ops: [{ insert: 'Dear Sir\n' }] }
    const edits = [
      [{ retain: 5 }, { insert: 'Madam or ' }],
      [{ retain: 4, attributes: { bold: true } }, { delete: 1 }, { insert: '😀' }],
      [{ insert: '\u202e' }],
      [{ delete: 1 }],
    ]
    const bodies = [{ create: { type: letter.uri, data: created } }, ...edits.map((ops) => ({ op: { ops } }))]
    const ops = bodies.map(
      (body, index): OpRecord => ({
        version: index + 1,
        body: JSON.stringify(body),
        source: index === 3 ? null : `nonce-nonce${index}.member.signature`,
        seq: index === 3 ? null : 7,
        author: index === 3 ? null : ADA,
        origin: index === 3 ? 'worker' : null,
        time: START + 1_000 * index,
        meta: null,
      }),
    )
    await log.append([{ document, expected: 0, ops, meta: null }])
    const third = edits.slice(0, 2).reduce((data: unknown, op) => letter.apply(data, { ops: op }), created)
    await log.saveSnapshot(document, { version: 3, type: letter.uri, data: third })
    return { id, document }
  }

  async function forget(document: number): Promise<void> {
    await db.query('delete from ops where document = $1', [document])
    await db.query('delete from snapshots where document = $1', [document])
    await db.query('update heads set version = 0 where document = $1', [document])
  }

  describe('log', () => {
    it('prints one op a line: version, time, author, origin, source, seq, and what it does', async () => {
      const { id } = await write()
      const { code, stdout, stderr } = await doc('log', id)
      expect([code, stderr]).to.deep.equal([0, ''])
      const nobody = '-'.padEnd(36)
      expect(stdout.split('\n')).to.deep.equal([
        `1  2026-01-02T03:04:05.006Z  ${ADA}  -         nonce-nonce0      7  create rich-text +"Dear Sir\\n"`,
        `2  2026-01-02T03:04:06.006Z  ${ADA}  -         nonce-nonce1      7  @5 +"Madam or "`,
        `3  2026-01-02T03:04:07.006Z  ${ADA}  -         nonce-nonce2      7  *4{bold} -1 +"😀"`,
        `4  2026-01-02T03:04:08.006Z  ${nobody}  worker    -                 -  +"\\u{202e}"`,
        `5  2026-01-02T03:04:09.006Z  ${ADA}  -         nonce-nonce4      7  -1`,
        '',
      ])
    })

    it('prints the versions it is asked for', async () => {
      const { id } = await write()
      const versions = async (...range: string[]) =>
        (await doc('log', id, ...range)).stdout.split('\n').map((line) => line.split(' ')[0])
      expect(await versions('--from', '2', '--to', '4')).to.deep.equal(['2', '3', '4', ''])
      expect(await versions('--from=5')).to.deep.equal(['5', ''])
      const past = await doc('log', id, '--from', '6')
      expect(past).to.deep.equal({ code: 0, stdout: '', stderr: 'The newest version is 5.\n' })
    })

    it('goes as far as the log does, and says where it breaks', async () => {
      const { id, document } = await write()
      await db.query('delete from ops where document = $1 and version = 4', [document])
      const { code, stdout, stderr } = await doc('log', id, '--to', '3')
      expect([code, stdout.split('\n').length, stderr]).to.deep.equal([0, 4, ''])
      const broken = await doc('log', id)
      expect(broken.code).to.equal(1)
      expect(broken.stderr).to.match(/has no version 4: npm run doc -- verify says more\n$/)
      await forget(document)
    })
  })

  describe('verify', () => {
    it('replays a letter and finds that everything agrees', async () => {
      const { id } = await write()
      expect(await doc('verify', id)).to.deep.equal({
        code: 0,
        stdout: `letters/${id}: version 5, everything agrees\n`,
        stderr: '',
      })
    })

    const harms: readonly [string, string, string][] = [
      [
        'an op is missing',
        'delete from ops where document = $1 and version = 2',
        'version 2 is missing from the log',
      ],
      [
        'an op does not fit the text before it',
        `update ops set body = '{"op":{"ops":[{"retain":99},{"insert":"x"}]}}' where document = $1 and version = 4`,
        'version 4 does not follow from the one before: The op reaches past the end',
      ],
      [
        'an op was changed',
        `update ops set body = replace(body, 'Madam', 'Mamma') where document = $1 and version = 2`,
        'the stored copy of version 3 is not what the log says: from character',
      ],
      [
        'the stored copy was changed',
        `update snapshots set data = replace(data, 'Madam', 'Mamma') where document = $1`,
        'the stored copy of version 3 is not what the log says: from character',
      ],
      [
        'the stored copy is of another type',
        'update snapshots set type = null where document = $1',
        'the stored copy of version 3 is of another type than the log says',
      ],
      [
        'the stored copy is newer than the head',
        'update snapshots set version = 6 where document = $1',
        'the stored copy is of version 6, but the head is at 5',
      ],
      [
        'the head is behind the log',
        `update heads set version = 4, time = time - 1000 where document = $1`,
        'the log goes on to version 5, but the head is at 4',
      ],
      [
        'the head is ahead of the log',
        'update heads set version = 6 where document = $1',
        'version 6 is missing from the log',
      ],
      [
        'the head has another time than its op',
        'update heads set time = time + 1 where document = $1',
        'the head of version 5 does not have the time of its op',
      ],
      [
        'time goes back',
        'update ops set time = time - 5000 where document = $1 and version = 3',
        'version 3 is older than the one before it',
      ],
    ]
    for (const [what, sql, sentence] of harms) {
      it(`says so when ${what}`, async () => {
        const { id, document } = await write()
        await db.query(sql, [document])
        const lines: string[] = []
        await verifyOne(log, { collection: 'letters', id }, async (line) => void lines.push(line))
        expect(lines[0]).to.match(/^letters\/\S+: version \d, does not agree$/)
        expect(lines.slice(1).join('\n')).to.include(`  ${sentence}`)
        await forget(document)
      })
    }

    it('goes through all documents, names those that do not agree, and ends with 1', async () => {
      const { id, document } = await write()
      const well = await doc('verify', '--all')
      expect(well.stdout).to.match(/^documents replayed: \d+, everything agrees\n$/)
      expect(well.code).to.equal(0)
      await db.query("update snapshots set data = 'x' where document = $1", [document])
      const ill = await doc('verify', '--all')
      expect(ill.stdout).to.include(`letters/${id}: the stored copy of version 3 is not what the log says`)
      expect(ill.stdout).to.match(/^documents replayed: \d+, do not agree: 1$/m)
      expect(ill.code).to.equal(1)
      expect((await doc('verify', id)).code).to.equal(1)
    })
  })

  it('looks into the embedded database, but not while a server has it', async function () {
    this.timeout(90_000)
    const folder = scratchFolder('embedded')
    const options = { DATA_DIR: folder, JWT_SECRET: TEST_SECRET }
    const server = await startServer(options)
    const [member, id] = [randomUUID(), randomUUID()]
    const token = memberToken({ sub: member })
    await fetch(`${server.url}/v1/docs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id, title: 'Embedded', type: 'letter' }),
    })
    const client = stockClient(server.url, id, token)
    await client.subscribed()
    await client.submit([{ insert: 'hello' }])
    await client.close()

    const refused = await command(['doc', 'log', id], options)
    expect(refused.code).to.equal(2)
    expect(refused.stderr)
      .to.include(`in use by process ${server.pid}`)
      .and.to.include('Stop the server first')

    await server.stop()
    const logged = await command(['doc', 'log', id], options)
    expect(logged.stdout).to.match(new RegExp(`^2  \\S+  ${member}  -  .* \\+"hello"$`, 'm'))
    expect((await command(['doc', 'verify', '--all'], options)).code).to.equal(0)
    rmSync(folder, { recursive: true, force: true })
  })

  describe('cannot begin', () => {
    const here = { DATA_DIR: '/nowhere' }
    const cases: readonly [string, string[], Record<string, string>, string][] = [
      ['without a document', ['log'], here, 'Which document?'],
      ['with an id that is none', ['log', 'minutes'], here, '"minutes" is no id of a document'],
      ['with a collection that is none', ['verify', `notes/${ADA}`], here, 'is no id of a document'],
      ['with a version that is none', ['log', ADA, '--from', '0'], here, '--from takes a version'],
      ['with two documents', ['verify', ADA, ADA], here, 'one document too many'],
      ['with neither a document nor --all', ['verify'], here, 'Which document, or --all?'],
      ['with a word it does not know', ['forget', ADA], here, 'There is no command forget.'],
      ['without a database', ['log', ADA], here, 'There is no database in /nowhere yet.'],
      ['with a broken configuration', ['log', ADA], { PORT: 'x' }, 'PORT must be a whole number'],
      [
        'on the stock adapter',
        ['log', ADA],
        { DATABASE_URL: 'postgres://h/d', OP_LOG: 'sharedb-postgres' },
        'OP_LOG=sharedb-postgres keeps its ops in tables of the stock adapter',
      ],
    ]
    for (const [when, args, env, sentence] of cases) {
      it(`${when}: it says so and ends with 2`, async () => {
        const ended = await command(['doc', ...args], env)
        expect(ended.stderr).to.include(sentence)
        expect([ended.code, ended.stdout]).to.deep.equal([2, ''])
      })
    }

    it('on an empty database: it says so and ends with 2', async () => {
      const empty = await freshDatabase()
      const ended = await command(['doc', 'verify', '--all'], { DATABASE_URL: empty.url })
      await empty.drop()
      expect(ended.stderr).to.include('none of the tables of Copperplate. Start the server on it once.')
      expect(ended.code).to.equal(2)
    })
  })

  it('ends with 1 when there is no such document', async () => {
    for (const verb of ['log', 'verify']) {
      expect(await doc(verb, ADA)).to.deep.equal({
        code: 1,
        stdout: '',
        stderr: `There is no document letters/${ADA}.\n`,
      })
    }
  })

  it('without a command says what there is', async () => {
    const { code, stdout } = await command(['doc'], {})
    expect(code).to.equal(0)
    expect(stdout).to.include('npm run doc -- log <id>').and.to.include('npm run doc -- verify --all')
  })
})
