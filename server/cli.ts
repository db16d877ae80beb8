/**
 * The commands of an operator, beside the server: `npm run doc` looks into documents, `npm run backup` and `npm run
 * restore` keep them, `npm run import:sharedb-postgres` brings some in. They read the configuration the server reads.
 *
 * They end with 0 when all is well, with 1 when a document is not, and with 2 when they could not begin.
 */

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CollabError } from '../ot/errors.ts'
import { COLLECTIONS, UUID } from '../ot/wire.ts'
import { LOCAL_FIRM } from './auth/authenticate.ts'
import { systemClock } from './clock.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import type { DocumentKey } from './doc/types.ts'
import { type Db, DbError, UNDEFINED_TABLE } from './store/db.ts'
import { readEpoch, renewEpoch } from './store/epoch.ts'
import { ForeignLog, ForeignLogError } from './store/foreign-log.ts'
import { sqlMembers } from './store/members.ts'
import { migrate } from './store/migrate.ts'
import { OpLog } from './store/op-log.ts'
import { PgProgramError } from './store/pg-programs.ts'
import { openPglite } from './store/pglite.ts'
import { openPostgres } from './store/postgres.ts'
import { openSnapshots } from './time.ts'
import { BackupRefused, backUp, restore } from './workers/backup.ts'
import { text } from './workers/describe-op.ts'
import { printLog, verifyAll, verifyOne } from './workers/doc-commands.ts'
import { ImportReport } from './workers/import-report.ts'
import { importLetters } from './workers/import-sharedb-postgres.ts'
import { importerOf } from './workers/imported-letter.ts'

const USAGE = {
  doc: `npm run doc -- log <id> [--from VERSION] [--to VERSION]
    prints the life of a document, one op a line: version, time, author, origin, source, seq, and what it does.
    @12 is a position in the text after the op, +"text" inserts, -3 deletes 3, *5{bold} makes 5 bold, {-bold} not.

npm run doc -- verify <id>
npm run doc -- verify --all
    replays the log from nothing and compares it with the head and the stored copy.

An <id> is that of a letter; others are written comments/<id> or canvases/<id>.`,

  backup: `npm run backup -- <file>
    writes the database of DATABASE_URL into a file, as it is at one moment, and verifies every letter. Servers may run
    meanwhile. Of the embedded database it makes a copy of the folder; the server must not run meanwhile.`,

  restore: `npm run restore -- <file> [--replace]
    brings a backup back into the empty database of DATABASE_URL (or of DATA_DIR), gives it a new epoch, so that nobody goes
    on from what was after the backup, and verifies every letter.

    --replace    everything that is in the database is lost first; no server may run`,

  epoch: `npm run epoch [-- --new]
    prints the epoch of the database: the name of its history. Say --new when a standby became the primary and may lack the
    last ops, before any server connects to it: clients then load their letters anew and keep as drafts what they had not
    sent, instead of going on from versions that mean something else now.`,

  keys: `npm run keys -- rotate
    seals the snapshots of letters anew that are not sealed with the first key of SNAPSHOT_KEYS. Servers may run meanwhile. It may
    be ended and run again.`,

  'import-sharedb-postgres': `npm run import:sharedb-postgres -- <url> [options]
    takes over the letters of a database that ShareDB wrote through sharedb-postgres, with all their history.
    <url> looks like postgres://user:password@host:5432/database. It may be repeated: what is here is left alone.

    --firm UUID           whose letters they become (in local mode: everybody's)
    --owner UUID          the member who owns them (default: a member called Import)
    --collection NAME     only the documents of that collection
    --add-final-newline   letters that were created without a newline at their end get one`,
} as const

type Command = keyof typeof USAGE

const EXIT = { well: 0, notWell: 1, notBegun: 2 } as const
type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** No document is longer than a statement that takes this long. */
const STATEMENT_TIMEOUT_MS = 60_000

/** The command cannot begin. The message says why, and what to do. */
class CannotBegin extends Error {
  override readonly name = 'CannotBegin'
}

/** Errors whose message is all there is to say: nothing was begun. */
const NOT_BEGUN = [CannotBegin, ForeignLogError, ConfigError, BackupRefused]

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read along (head, less) has seen enough; the command was not done.
  if (error.code === 'EPIPE') process.exit(EXIT.notWell)
  throw error
})

const [name = '', ...rest] = process.argv.slice(2)
try {
  process.exitCode = await run(name, rest)
} catch (error) {
  if (NOT_BEGUN.some((kind) => error instanceof kind)) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = EXIT.notBegun
  } else if (error instanceof PgProgramError) {
    process.stderr.write(`${error.message}\nNothing was changed.\n`)
    process.exitCode = EXIT.notWell
  } else {
    process.stderr.write(`${sentence(error)}\n`)
    process.exitCode = EXIT.notWell
  }
}

async function run(command: string, args: readonly string[]): Promise<ExitCode> {
  if (command === 'doc') return doc(args)
  if (command === 'backup' || command === 'restore') return keep(command, args)
  if (command === 'epoch') return epoch(args)
  if (command === 'keys') return keys(args)
  if (command === 'import-sharedb-postgres') return importAll(args)
  throw new CannotBegin(Object.values(USAGE).join('\n\n'))
}

// npm run doc

async function doc(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parse('doc', args, {
    from: { type: 'string' },
    to: { type: 'string' },
    all: { type: 'boolean' },
  })
  const [verb, id, ...more] = positionals
  if (verb === undefined) {
    await say(USAGE.doc)
    return EXIT.well
  }
  if (more.length > 0) throw usage('doc', `There is one document too many: ${more.join(' ')}.`)
  if (verb === 'log') {
    if (id === undefined) throw usage('doc', 'Which document?')
    const [from, to] = [version('from', values.from), version('to', values.to)]
    const wanted = key(id)
    const newest = await withLog((log) => printLog(log, wanted, from ?? 1, to, say))
    if ((from ?? 1) > newest) process.stderr.write(`The newest version is ${newest}.\n`)
    return EXIT.well
  }
  if (verb === 'verify' && values.all === true && id === undefined) {
    const ill = await withLog((log, db) => verifyAll(log, db, say))
    return ill === 0 ? EXIT.well : EXIT.notWell
  }
  if (verb === 'verify' && values.all !== true && id !== undefined) {
    const wanted = key(id)
    const { problems } = await withLog((log) => verifyOne(log, wanted, say))
    return problems.length === 0 ? EXIT.well : EXIT.notWell
  }
  throw usage('doc', verb === 'verify' ? 'Which document, or --all?' : `There is no command ${text(verb)}.`)
}

// npm run backup, npm run restore, npm run epoch

async function keep(command: 'backup' | 'restore', args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parse(command, args, { replace: { type: 'boolean' } })
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw usage(command, 'Which file? There is exactly one.')
  const replace = values.replace === true
  if (replace && command === 'backup') throw usage(command, '--replace is for restoring.')
  const config = readConfig(process.env)
  const parts = { config, openDb: () => openDb(config), say }
  const ill = await (command === 'backup' ? backUp(file, parts) : restore(file, replace, parts))
  return ill === 0 ? EXIT.well : EXIT.notWell
}

async function epoch(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parse('epoch', args, { new: { type: 'boolean' } })
  if (positionals.length > 0) throw usage('epoch', 'It takes no words.')
  await say(await withDb((db) => (values.new === true ? renewEpoch(db) : readEpoch(db))))
  return EXIT.well
}

async function keys(args: readonly string[]): Promise<ExitCode> {
  const { positionals } = parse('keys', args, {})
  if (positionals.join() !== 'rotate') throw usage('keys', 'There is one command: rotate.')
  const failed: string[] = []
  const sealed = await withDb(async (db) =>
    (await openSnapshots(db, readConfig(process.env))).rotate(({ letter, version }, error) => {
      failed.push(`letter ${letter}, version ${version}: ${sentence(error)}`)
    }),
  )
  for (const line of failed) await say(line)
  const rest = failed.length === 0 ? 'no other key is needed any more' : `${failed.length} were not`
  await say(`${sealed} snapshots were sealed anew; ${rest}.`)
  return failed.length === 0 ? EXIT.well : EXIT.notWell
}

/** Runs a command on our own log, which is there already. */
async function withLog<T>(work: (log: OpLog, db: Db) => Promise<T>): Promise<T> {
  if (readConfig(process.env).opLog === 'sharedb-postgres') {
    throw new CannotBegin(
      'OP_LOG=sharedb-postgres keeps its ops in tables of the stock adapter, which this command does not read. To look ' +
        "into Copperplate's own log, leave OP_LOG unset.",
    )
  }
  return withDb((db) => work(new OpLog(db), db))
}

/** Runs a command on a database that is ours already. */
async function withDb<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'pglite'))) {
    throw new CannotBegin(
      `There is no database in ${config.dataDir} yet. Start the server once, or set DATA_DIR or DATABASE_URL.`,
    )
  }
  const db = await openDb(config)
  try {
    return await work(db)
  } catch (error) {
    if (error instanceof DbError && error.sqlState === UNDEFINED_TABLE) {
      throw new CannotBegin(
        'This database has none of the tables of Copperplate. Start the server on it once.',
      )
    }
    throw error
  } finally {
    await db.close()
  }
}

function key(word: string): DocumentKey {
  const slash = word.indexOf('/')
  const collection = slash === -1 ? 'letters' : word.slice(0, slash)
  const id = word.slice(slash + 1)
  const isKnown = (COLLECTIONS as readonly string[]).includes(collection)
  if (isKnown && UUID.test(id)) return { collection, id }
  throw usage('doc', `${text(JSON.stringify(word))} is no id of a document: it is a UUID in lower case.`)
}

function version(option: string, word: string | undefined): number | null {
  if (word === undefined) return null
  if (/^[1-9]\d{0,14}$/.test(word)) return Number(word)
  throw usage('doc', `--${option} takes a version: a whole number from 1.`)
}

// npm run import:sharedb-postgres

async function importAll(args: readonly string[]): Promise<ExitCode> {
  const command = 'import-sharedb-postgres'
  const { values, positionals } = parse(command, args, {
    firm: { type: 'string' },
    owner: { type: 'string' },
    collection: { type: 'string' },
    'add-final-newline': { type: 'boolean' },
  })
  const [url] = positionals
  if (url === undefined || positionals.length > 1)
    throw usage(command, 'Which database? There is exactly one url.')
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw usage(command, 'That is no url of a Postgres database.')
  }
  for (const option of ['firm', 'owner'] as const) {
    if (values[option] !== undefined && !UUID.test(values[option])) {
      throw usage(command, `--${option} takes a UUID in lower case.`)
    }
  }

  const config = readConfig(process.env)
  const from = await ForeignLog.open(url)
  try {
    const db = await openDb(config)
    try {
      await migrate(db, migrationsFolder())
      const parts = {
        ...(await owner(db, config, values)),
        from,
        db,
        clock: systemClock,
        addFinalNewline: values['add-final-newline'] === true,
      }
      const collection = values.collection ?? null
      const report = new ImportReport(await from.count(collection))
      try {
        for await (const result of importLetters(parts, collection)) await say(report.add(result))
      } finally {
        for (const line of report.lines()) await say(line)
      }
      return report.hasFailures ? EXIT.notWell : EXIT.well
    } finally {
      await db.close()
    }
  } finally {
    await from.close()
  }
}

/** Whose letters they become. Whoever does not exist yet is entered, and named by their first sign-in. */
async function owner(
  db: Db,
  config: Config,
  given: { readonly firm?: string; readonly owner?: string },
): Promise<{ firm: string; owner: string }> {
  const members = sqlMembers(db)
  const known = given.owner === undefined ? null : await members.find(given.owner)
  const firm = given.firm ?? known?.firm ?? (config.signIn === 'local' ? LOCAL_FIRM : undefined)
  if (firm === undefined) {
    throw usage('import-sharedb-postgres', 'Whose letters do they become? Say so with --firm.')
  }
  if (known !== null && known.firm !== firm) {
    throw new CannotBegin(`The member ${known.id} belongs to the firm ${known.firm}, not to ${firm}.`)
  }
  const id = given.owner ?? importerOf(firm)
  if (known === null && (await members.find(id)) === null) {
    await members.put({ id, firm, name: 'Import', admin: false })
  }
  return { firm, owner: id }
}

// Both

async function openDb(config: Config): Promise<Db> {
  if (config.databaseUrl !== null) {
    const db = openPostgres(config.databaseUrl, {
      maxConnections: 2,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    })
    try {
      await db.query('select 1')
    } catch (error) {
      await db.close()
      throw new CannotBegin(`The database of DATABASE_URL cannot be reached: ${sentence(error)}`)
    }
    return db
  }
  try {
    return await openPglite(config.dataDir)
  } catch (error) {
    throw new CannotBegin(
      `The embedded database cannot be opened: ${sentence(error)}\n` +
        'A server that runs on it keeps it to itself. Stop the server first, and start it again afterwards.',
    )
  }
}

/** Beside this folder; when built, one further up. */
function migrationsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const folders = [join(here, '..', 'migrations'), join(here, '..', '..', 'migrations')]
  return folders.find((folder) => existsSync(folder)) ?? folders[0]!
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>

function parse<T extends Options>(command: Command, args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw usage(command, sentence(error))
  }
}

function usage(command: Command, what: string): CannotBegin {
  return new CannotBegin(`${what}\n\n${USAGE[command]}`)
}

function sentence(error: unknown): string {
  if (error instanceof CollabError && error.code === 'document/log-broken') {
    return `${error.message}: npm run doc -- verify says more`
  }
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && !error.message.includes(error.cause.message)
    ? `${error.message}: ${sentence(error.cause)}`
    : error.message
}

async function say(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
}
