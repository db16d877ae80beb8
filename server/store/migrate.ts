import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Db, Queryable } from './db.ts'

/** Any number will do, as long as every node takes the same one. */
const LOCK = 5_872_001

interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  readonly hash: string
  /** Its first line is `-- breaking`: programs that do not know it must not run on a database that has it. */
  readonly breaking: boolean
}

interface Applied {
  readonly number: number
  readonly name: string
  readonly hash: string
  readonly breaking: boolean
  readonly [column: string]: unknown
}

/**
 * Brings the schema up to date: runs the files of `folder` that the database does not have, in one transaction
 * under a lock, so that nodes which start together do it once and a file that fails leaves nothing behind.
 *
 * @returns names of the files that ran, in order
 * @throws  Error when a file that has run has changed since, when numbers repeat or leave a gap, or when the
 *          database holds a breaking migration this program does not know
 */
export async function migrate(db: Db, folder: string): Promise<string[]> {
  const known = readMigrations(folder)
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
    await tx.query(`
      create table if not exists migrations (
        number     integer     not null primary key,
        name       text        not null,
        hash       text        not null,
        breaking   boolean     not null,
        applied_at timestamptz not null default now()
      )`)
    const applied = await tx.query<Applied>(
      'select number, name, hash, breaking from migrations order by number',
    )
    refuseStrangers(known, applied)
    const missing = known.filter((migration) => !applied.some(({ number }) => number === migration.number))
    for (const migration of missing) await apply(tx, migration)
    return missing.map(({ name }) => name)
  })
}

function refuseStrangers(known: readonly Migration[], applied: readonly Applied[]): void {
  for (const row of applied) {
    const migration = known.find(({ number }) => number === row.number)
    if (migration === undefined && row.breaking) {
      throw new Error(
        `the database has migration ${row.name}, which this version of the program does not know and cannot ` +
          'run beside: start a newer version',
      )
    }
    if (migration !== undefined && migration.hash !== row.hash) {
      throw new Error(
        `migration ${migration.name} is not the file that ran on this database: released migrations never ` +
          'change, put the old text back and write a new file',
      )
    }
  }
}

async function apply(tx: Queryable, migration: Migration): Promise<void> {
  try {
    for (const statement of statements(migration.sql)) await tx.query(statement)
  } catch (error) {
    throw new Error(`migration ${migration.name} failed; nothing of it was kept`, { cause: error })
  }
  await tx.query('insert into migrations (number, name, hash, breaking) values ($1, $2, $3, $4)', [
    migration.number,
    migration.name,
    migration.hash,
    migration.breaking,
  ])
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  return names.map((name, index) => {
    const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1])
    if (number !== index + 1) throw new Error(`migration ${name} should be number ${index + 1}`)
    const sql = readFileSync(join(folder, name), 'utf8')
    const hash = createHash('sha256').update(sql).digest('hex')
    return { number, name, sql, hash, breaking: sql.startsWith('-- breaking') }
  })
}

/**
 * Splits a file at the semicolons that end its statements. Both drivers take one statement at a time inside a
 * transaction. Quotes, dollar quotes and comments are stepped over.
 */
export function statements(sql: string): string[] {
  const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|;/g
  const found: string[] = []
  let start = 0
  for (const match of sql.matchAll(token)) {
    if (match[0] !== ';') continue
    found.push(sql.slice(start, match.index))
    start = match.index + 1
  }
  found.push(sql.slice(start))
  return found.map((statement) => statement.trim()).filter((statement) => !isBlank(statement))
}

function isBlank(statement: string): boolean {
  return statement.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() === ''
}
