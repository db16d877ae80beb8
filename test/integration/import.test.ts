import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { letter } from '../../ot/types.ts'
import type { Db } from '../../server/store/db.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { letterId } from '../../server/workers/imported-letter.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { stockClient } from '../harness/stock-client.ts'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'
import { command, type Ended } from './command.ts'
import { StockDatabase } from './stock-database.ts'
import {
  writeBroken,
  writeContract,
  writeDeleted,
  writeLong,
  writeRecreated,
  writeResent,
} from './stock-histories.ts'

const FIRM = randomUUID()
const OWNER = randomUUID()

const importing = (url: string, env: Record<string, string>, ...options: string[]) =>
  command(['import-sharedb-postgres', url, ...options], { JWT_SECRET: TEST_SECRET, ...env })

describe('import:sharedb-postgres', () => {
  let stock: StockDatabase
  let target: TestDatabase
  let db: Db
  let log: OpLog
  let first: Ended

  const contract = randomUUID()
  const deleted = randomUUID()
  const long = randomUUID()
  const resent = randomUUID()
  const broken = {
    'past-the-end': 'its version 2 cannot be taken over',
    'no-newline':
      'its version 1 cannot be taken over: A letter ends with a newline (L7.2); --add-final-newline gives it one',
    'odd-snapshot': 'it replays to another text than its snapshot of version 2: from character',
    'with-a-hole': 'its version 2 is missing',
    'cut-short': 'it has ops past version 1, where its snapshot stands',
    orphan: 'it has ops, but no snapshot to compare them with',
  }

  before(async function () {
    this.timeout(120_000)
    stock = await StockDatabase.create()
    await writeContract(stock, contract)
    await writeRecreated(stock, 'minutes of 2024')
    await writeDeleted(stock, deleted)
    await writeLong(stock, long)
    await writeResent(stock, resent)
    await writeBroken(stock)
    const settings = await stock.open('settings', 'theme')
    await settings.create({ dark: true }, 'json0')

    target = await freshDatabase()
    first = await importing(stock.url, { DATABASE_URL: target.url }, '--firm', FIRM, '--owner', OWNER)
    db = openPostgres(target.url)
    log = new OpLog(db)
  })
  after(async () => {
    await db.close()
    await target.drop()
    await stock.close()
  })

  async function imported(id: string): Promise<LoggedOp[]> {
    const stored = await log.find('letters', id)
    return stored === null ? [] : log.read(stored.document, 0, stored.version)
  }

  it('says what became of each document, and ends with 1 when some could not be taken over', () => {
    expect(first.stderr).to.equal('')
    expect(first.code).to.equal(1)
    expect(first.stdout).to.include(`letters/${contract}: imported, version 65, 65 ops`)
    expect(first.stdout).to.match(/letters\/minutes of 2024: imported as [0-9a-f-]{36}, version 5, 5 ops/)
    expect(first.stdout).to.include('settings/theme: skipped: it is JSONv0 and no rich text')
    expect(first.stdout).to.match(/^imported +5 +1379$/m)
    expect(first.stdout).to.match(/^already here +0$/m)
    expect(first.stdout).to.match(/^skipped +1$/m)
    expect(first.stdout).to.match(/^not imported +6$/m)
  })

  it('keeps versions, sources, seqs and times of a history', async () => {
    const ours = await imported(contract)
    const theirs = await stock.ops('letters', contract)
    expect(ours.map(({ version, source, seq }) => [version, source, seq])).to.deep.equal(
      theirs.map(({ version, operation }) => [version, operation.src, operation.seq]),
    )
    expect(new Set(ours.map(({ source }) => source)).size).to.equal(2)
    for (const [index, op] of ours.entries()) {
      expect(op).to.include({ origin: 'import', author: null })
      expect(op.time).to.be.at.least(theirs[index]!.operation.m.ts)
      expect(op.time).to.be.at.least(ours[index - 1]?.time ?? 0)
    }
  })

  it('keeps every op and the text of every version', async () => {
    const ours = await imported(contract)
    const theirs = await stock.ops('letters', contract)
    let data: unknown = null
    for (const [index, { change }] of ours.entries()) {
      const { operation } = theirs[index]!
      if ('create' in change) {
        expect(change.create.data).to.deep.equal(letter.parseCreate(operation.create?.data))
        data = change.create.data
      } else if ('op' in change) {
        expect(change.op).to.deep.equal(letter.parseOp(operation.op))
        data = letter.apply(data, change.op)
      }
      const snapshot = await stock.snapshot('letters', contract, index + 1)
      expect(JSON.stringify(data)).to.equal(JSON.stringify(letter.parseCreate(plain(snapshot.data))))
    }
  })

  it('opens in a stock client, with the text, the formats and every earlier version', async function () {
    this.timeout(60_000)
    const server = await startServer({ DATABASE_URL: target.url, JWT_SECRET: TEST_SECRET })
    try {
      await opensAsBefore(server)
    } finally {
      await server.stop()
    }
  })

  async function opensAsBefore(server: RunningServer): Promise<void> {
    const token = memberToken({ sub: OWNER, firm: FIRM })
    const listed = await fetch(`${server.url}/v1/docs`, { headers: { authorization: `Bearer ${token}` } })
    const { docs } = (await listed.json()) as { docs: { id: string; title: string; role: string }[] }
    expect(docs.find(({ id }) => id === contract)).to.include({ title: 'Contract ⚖️', role: 'owner' })
    expect(docs.map(({ title }) => title)).to.include('Minutes, once more')
    expect(docs.map(({ id }) => id)).not.to.include(deleted)

    const client = stockClient(server.url, contract, token)
    await client.subscribed()
    const now = await stock.snapshot('letters', contract)
    expect(client.doc.version).to.equal(now.v)
    expect(plain(client.doc.data)).to.deep.equal(letter.parseCreate(plain(now.data)))
    for (let version = 1; version <= now.v; version++) {
      const here = await new Promise<unknown>((resolve, reject) => {
        client.connection.fetchSnapshot('letters', contract, version, (error, snapshot) =>
          error ? reject(error) : resolve(snapshot.data),
        )
      })
      const there = await stock.snapshot('letters', contract, version)
      expect(plain(here), `version ${version}`).to.deep.equal(letter.parseCreate(plain(there.data)))
    }
    await client.submit([{ insert: 'Goes on: ' }])
    expect(client.doc.version).to.equal(now.v + 1)
    await client.close()
  }

  it('keeps a history that goes through a deletion', async () => {
    const id = /minutes of 2024: imported as (\S+),/.exec(first.stdout)![1]!
    const kinds = (await imported(id)).map(({ change }) => Object.keys(change)[0])
    expect(kinds).to.deep.equal(['create', 'op', 'del', 'create', 'op'])
  })

  it('archives a letter that was deleted, with its history', async () => {
    expect((await imported(deleted)).map(({ change }) => Object.keys(change)[0])).to.deep.equal([
      'create',
      'op',
      'del',
    ])
    const [row] = await db.query(
      'select title, archived_at is not null as archived from letters where id = $1',
      [deleted],
    )
    expect(row).to.deep.equal({ title: 'Deleted later', archived: true })
  })

  it('takes over a history longer than what is appended at a time', async () => {
    expect(await imported(long)).to.have.length(1_302)
    expect((await log.find('letters', long))?.snapshot?.version).to.equal(1_302)
  })

  it('keeps an op that was stored twice, the second time without its name', async () => {
    const ops = await imported(resent)
    expect(ops.map(({ source, seq, meta }) => [source, seq, meta])).to.deep.equal([
      ['tab', 1, null],
      ['tab', 2, null],
      [null, null, '{"resent":{"src":"tab","seq":2}}'],
      // Nobody said when and by whom.
      [null, null, null],
    ])
    expect(ops.map(({ time }) => time)).to.deep.equal([2_000, 2_000, 3_000, 3_000])
  })

  for (const [name, reason] of Object.entries(broken)) {
    it(`takes nothing over of a document that is ${name}: ${reason.replace(/:.*/, '')}`, async () => {
      expect(first.stdout).to.include(`letters/${name}: not imported: ${reason}`)
      const id = idOf(name)
      expect(await log.find('letters', id)).to.equal(null)
      expect(await db.query('select from letters where id = $1::uuid', [id])).to.have.length(0)
    })
  }

  const idOf = (name: string) => letterId({ collection: 'letters', id: name })

  it('leaves alone what is here when it is repeated', async () => {
    const before = await db.query('select * from ops order by document, version')
    const again = await importing(stock.url, { DATABASE_URL: target.url }, '--firm', FIRM)
    expect(again.code).to.equal(1)
    expect(again.stdout)
      .to.match(/^imported +0 +0$/m)
      .and.to.match(/^already here +5$/m)
    expect(await db.query('select * from ops order by document, version')).to.deep.equal(before)
  })

  it('takes over what was written there since, as long as nobody has edited the letter here', async () => {
    const quiet = await stock.open('letters', long)
    await quiet.submit([{ insert: 'later ' }])
    const busy = await stock.open('letters', contract)
    await busy.submit([{ insert: 'there ' }])
    await editHere(contract)
    const again = await importing(stock.url, { DATABASE_URL: target.url }, '--firm', FIRM)
    expect(again.stdout).to.include(`letters/${long}: imported, version 1303, 1 op`)
    expect(again.stdout).to.include(
      `letters/${contract}: not imported: it has been edited both here and there since it was imported`,
    )
    expect(await imported(long)).to.have.length(1_303)
  })

  /** As a server would: an op of a person's, at the head. */
  async function editHere(id: string): Promise<void> {
    const stored = await log.find('letters', id)
    const { document, version, time } = stored!
    const name = { source: 'here', seq: 1, author: OWNER, origin: null, meta: null }
    const op = { version: version + 1, time, body: '{"op":{"ops":[{"insert":"here "}]}}', ...name }
    expect(await log.append([{ document, expected: version, ops: [op], meta: null }])).to.include(document)
  }

  it('takes over one collection when asked to, and ends with 0 when all went well', async () => {
    const other = await stock.open('notes', 'one')
    await other.create([{ insert: '\n\n  \n' }])
    const ended = await importing(
      stock.url,
      { DATABASE_URL: target.url },
      ...['--firm', FIRM, '--collection', 'notes'],
    )
    expect(ended.code, ended.stdout + ended.stderr).to.equal(0)
    expect(ended.stdout).to.match(/^\[1\/1\] notes\/one: imported as [0-9a-f-]{36}, version 1, 1 op$/m)
    const [row] = await db.query("select title from letters where title = 'one'")
    expect(row, 'a letter without words is called by its id').to.deep.equal({ title: 'one' })
  })

  it('adds the final newline a letter lacks when asked to, and says where it cannot', async () => {
    const ended = await importing(
      stock.url,
      { DATABASE_URL: target.url },
      ...['--firm', FIRM, '--collection', 'letters', '--add-final-newline'],
    )
    expect(ended.stdout).to.match(/letters\/no-newline: imported as [0-9a-f-]{36}, version 2, 2 ops/)
    const ops = await imported(idOf('no-newline'))
    expect(ops[0]?.change).to.deep.equal({
      create: { type: letter.uri, data: { ops: [{ insert: 'Hi!\n' }] } },
    })
  })
})

/** A Delta is an object with a class; what it holds is not. */
function plain(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data))
}
