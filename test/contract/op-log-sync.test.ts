import { readdirSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
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

describe('an embedded database that was closed', () => {
  it('is on the disk as a whole, not its write-ahead log alone', async function () {
    this.timeout(60_000)
    const folder = scratchFolder('closed')
    const syncs = await watchSyncs(folder)
    const db = await openPglite(folder)
    await db.script('create table filler (text text)')
    await db.query("insert into filler values ('kept')")
    await db.sync()
    await db.close()
    syncs.stop()
    const unsynced = filesIn(folder).filter((path) => syncs.mtimes.get(path) !== mtimeOf(path))
    expect(filesIn(folder)).to.have.length.greaterThan(500)
    expect(unsynced).to.deep.equal([])
    rmSync(folder, { recursive: true })
  })
})

const mtimeOf = (path: string) => statSync(path, { bigint: true }).mtimeNs

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** When each file in the folder was last written, as of the last time it was synced. */
async function watchSyncs(folder: string): Promise<{ mtimes: Map<string, bigint>; stop: () => void }> {
  const mtimes = new Map<string, bigint>()
  const handle = await open(folder)
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const paths = new Map<number, string>()
  const pathOf = (ino: number) => {
    if (!paths.has(ino)) for (const path of filesIn(folder)) paths.set(statSync(path).ino, path)
    return paths.get(ino)
  }
  const real = { sync: prototype.sync, datasync: prototype.datasync }
  for (const method of ['sync', 'datasync'] as const) {
    prototype[method] = async function (this: FileHandle) {
      const path = pathOf((await this.stat()).ino)
      if (path !== undefined) mtimes.set(path, mtimeOf(path))
      return real[method].call(this)
    }
  }
  return { mtimes, stop: () => Object.assign(prototype, real) }
}
