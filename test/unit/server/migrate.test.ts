import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Db } from '../../../server/store/db.ts'
import { migrate, statements } from '../../../server/store/migrate.ts'
import { openPglite } from '../../../server/store/pglite.ts'
import { scratchFolder } from '../../harness/scratch.ts'

describe('migrations', () => {
  let data: string
  let folder: string
  let db: Db

  before(async function () {
    this.timeout(60_000)
    data = scratchFolder('migrate')
    db = await openPglite(data)
  })
  after(async () => {
    await db.close()
    rmSync(data, { recursive: true })
  })
  beforeEach(async () => {
    folder = scratchFolder('migrations')
    await db.script('drop schema public cascade; create schema public')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const file = (name: string, sql: string) => writeFileSync(join(folder, name), sql)
  const run = () => migrate(db, folder)
  const tables = async () => {
    const rows = await db.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'migrations' order by 1",
    )
    return rows.map(({ name }) => name)
  }
  const failureOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => null,
      (reason: unknown) => reason,
    )
    return error instanceof Error ? error.message : 'no failure'
  }

  it('run in order, each once', async () => {
    file('0001-first.sql', 'create table a (x int);')
    file('0002-second.sql', 'alter table a rename to b;')
    expect(await run()).to.deep.equal(['0001-first.sql', '0002-second.sql'])
    expect(await run()).to.deep.equal([])
    file('0003-third.sql', 'create table c (x int);')
    expect(await run()).to.deep.equal(['0003-third.sql'])
    expect(await tables()).to.deep.equal(['b', 'c'])
  })

  it('run once when nodes start together', async () => {
    file('0001-first.sql', 'create table a (x int);')
    const ran = await Promise.all([run(), run(), run()])
    expect(ran.flat()).to.deep.equal(['0001-first.sql'])
  })

  it('leave nothing behind when one of them fails, and run when it is mended', async () => {
    file('0001-first.sql', 'create table a (x int);')
    file('0002-second.sql', 'create table b (x int); select * from nowhere;')
    expect(await failureOf(run())).to.equal('migration 0002-second.sql failed; nothing of it was kept')
    expect(await tables()).to.deep.equal([])
    file('0002-second.sql', 'create table b (x int);')
    expect(await run()).to.have.length(2)
  })

  it('never change once they have run', async () => {
    file('0001-first.sql', 'create table a (x int);')
    await run()
    file('0001-first.sql', 'create table a (x bigint);')
    expect(await failureOf(run())).to.match(/0001-first.sql is not the file that ran/)
  })

  it('have numbers without gaps and repetitions, and names that say what they do', async () => {
    for (const name of [
      '0002-second.sql',
      '0001_first.sql',
      '1-first.sql',
      '0001-First.sql',
      '0000-none.sql',
    ]) {
      file(name, 'select 1;')
      expect(await failureOf(run()), name).to.match(/should be number 1$/)
      rmSync(join(folder, name))
    }
    file('0001-a.sql', 'select 1;')
    file('0001-b.sql', 'select 1;')
    expect(await failureOf(run())).to.match(/0001-b.sql should be number 2$/)
  })

  it('of a newer program hold an older one up only when they say so', async () => {
    file('0001-first.sql', 'create table a (x int);')
    file('0002-second.sql', 'create table b (x int);')
    await run()
    rmSync(join(folder, '0002-second.sql'))
    expect(await run()).to.deep.equal([])

    file('0002-second.sql', 'create table b (x int);')
    file('0003-third.sql', '-- breaking\nalter table a rename to z;')
    await run()
    rmSync(join(folder, '0003-third.sql'))
    expect(await failureOf(run())).to.match(/0003-third.sql, which this version .* does not know/)
  })

  for (const [what, sql, count] of [
    ['at semicolons', 'select 1; select 2;', 2],
    ['the last of which needs none', 'select 1;\nselect 2', 2],
    ['but not inside quotes', `select ';', 'it''s; so'; select ";" from "a;b"`, 2],
    ['nor inside dollar quotes', 'create function f() as $$ begin; end; $$; select $tag$ ; $$ ; $tag$', 2],
    ['nor inside comments', 'select 1 -- one; two\n; /* three; \n four; */ select 2;', 2],
    ['and leaves out what is blank', '-- nothing;\n;;\n/* nothing */;', 0],
  ] as const) {
    it(`are split ${what}`, () => {
      expect(statements(sql)).to.have.length(count)
    })
  }
})
