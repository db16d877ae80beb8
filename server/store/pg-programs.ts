/**
 * Postgres' own programs pg_dump, pg_restore and psql, run on a database of ours. They must be of the server's major
 * version: pg_dump refuses to read a newer server, and what a newer pg_restore says an older server may not know.
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** One of them is missing, or ended badly. The message is for the operator, and says what the program said. */
export class PgProgramError extends Error {
  override readonly name = 'PgProgramError'
}

/** Writes the whole database, as it is at one moment, into a file in pg_dump's custom format. May run beside servers. */
export async function dump(databaseUrl: string, file: string): Promise<void> {
  const { target, env } = connection(databaseUrl)
  const args = ['--format=custom', '--no-owner', '--no-privileges', `--file=${file}`, `--dbname=${target}`]
  await ended(start('pg_dump', args, env))
}

/** Names of the tables in a file that pg_dump has written, as `schema.table`. @throws PgProgramError when it has not */
export async function tablesInDump(file: string): Promise<string[]> {
  const list = start('pg_restore', ['--list', file])
  let text = ''
  list.child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  if ((await list.exit) !== 0) {
    throw new PgProgramError(`${file} is no file that pg_dump has written (${list.complaints()})`)
  }
  return [...text.matchAll(/^\d+; \d+ \d+ TABLE (\S+) (\S+) /gm)].map(
    ([, schema, table]) => `${schema}.${table}`,
  )
}

/**
 * Brings a dump into a database, in one transaction with what is to be done before and after it: either all of it has
 * happened, or nothing.
 *
 * pg_restore could write by itself, but only in a transaction of its own. So it writes a script, and psql runs it. The
 * script is only committed when pg_restore has come to its end.
 *
 * @param before  SQL
 * @param after   SQL; names of tables need no schema
 */
export async function restoreDump(
  databaseUrl: string,
  file: string,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<void> {
  const { target, env } = connection(databaseUrl)
  const psql = start('psql', ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', `--dbname=${target}`], env)
  psql.child.stdout.resume()
  psql.child.stdin.on('error', () => undefined) // it ends at the first error, and says why
  const script = start('pg_restore', ['--no-owner', '--no-privileges', '--file=-', file])
  try {
    psql.child.stdin.write(`begin;\n${before};\n`)
    await pipeline(script.child.stdout, psql.child.stdin, { end: false }).catch(async (broken) => {
      await ended(psql) // which stopped reading, and says why
      throw broken
    })
    await ended(script)
    // The script has taken the search path away.
    psql.child.stdin.end(`\nreset search_path;\n${after};\ncommit;\n`)
    await ended(psql)
  } finally {
    // Without its end, it commits nothing.
    script.child.kill()
    psql.child.kill()
  }
}

interface Started {
  readonly name: string
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  /** Resolves with the exit code when it has ended and everything it said was read. */
  readonly exit: Promise<number>
  readonly complaints: () => string
}

function start(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(name, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4_000)
  })
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notThere(name, error)))
    child.once('close', (code) => resolve(code ?? 1))
  })
  exit.catch(() => undefined) // whoever waits for it is told
  return { name, child, exit, complaints: () => complaints.trim() }
}

async function ended({ name, exit, complaints }: Started): Promise<void> {
  const code = await exit
  if (code === 0) return
  throw new PgProgramError(`${name} failed (exit code ${code}): ${complaints() || 'it did not say why'}`)
}

function notThere(name: string, error: NodeJS.ErrnoException): PgProgramError {
  if (error.code !== 'ENOENT') return new PgProgramError(`${name} cannot be run: ${error.message}`)
  return new PgProgramError(
    `There is no ${name} on the PATH. Install the client programs of Postgres, of the server's major version ` +
      '(on Debian: postgresql-client).',
  )
}

/** The password goes by the environment: everybody on the machine can read the arguments of a program. */
function connection(databaseUrl: string): { target: string; env: Record<string, string> } {
  const url = new URL(databaseUrl)
  const password = decodeURIComponent(url.password)
  url.password = ''
  return { target: url.href, env: password === '' ? {} : { PGPASSWORD: password } }
}
