import { rmSync } from 'node:fs'
import { expect } from 'chai'
import type { Db } from '../../server/store/db.ts'
import { openPglite } from '../../server/store/pglite.ts'
import { scratchFolder } from '../harness/scratch.ts'

describe('syncing the embedded database', () => {
  let folder: string
  let db: Db

  before(async function () {
    this.timeout(60_000)
    folder = scratchFolder('sync')
    db = await openPglite(folder)
    await db.script('create table filler (text text)')
  })
  after(async () => {
    await db.close()
    rmSync(folder, { recursive: true })
  })

  /** Random text does not compress, and so fills the log. */
  const write = (megabytes: number) =>
    db.query(
      `insert into filler
       select string_agg(md5(random()::text), '') from generate_series(1, 32768 * ${megabytes}) as n group by n / 4`,
    )
  const file = async () => {
    const [row] = await db.query<{ name: string }>('select pg_walfile_name(pg_current_wal_lsn()) as name')
    return row!.name
  }

  it('works in every file of the write-ahead log, and across them', async function () {
    this.timeout(60_000)
    const files = new Set<string>()
    for (const megabytes of [1, 20, 0, 50]) {
      if (megabytes > 0) await write(megabytes)
      files.add(await file())
      await db.sync()
    }
    expect(files.size).to.be.greaterThan(2)
  })

  it('works when a file has just been filled, and the next one is not there yet', async () => {
    await db.query('select pg_switch_wal()')
    await db.sync()
    await write(1)
    await db.sync()
  })

  it('takes turns', async () => {
    await write(1)
    await Promise.all(Array.from({ length: 10 }, () => db.sync()))
  })
})
