/**
 * A Postgres of our own: a real server on a free port of 127.0.0.1, in a folder of its own, with fsync on.
 *
 * The server is our child rather than pg_ctl's, so that its pid is known, its end is noticed, and killing the group
 * of this process kills it too. It refuses to run as root, so root runs it as the user `postgres`.
 */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PATIENCE_MS, until, within } from './deadline.ts'
import { freePort } from './free-port.ts'
import { mustEnd } from './leftovers.ts'
import { type Process, processes } from './processes.ts'
import { findPostgres, OLDEST_POSTGRES } from './programs.ts'
import { scratchFolder } from './scratch.ts'

/** How Postgres may be stopped, and the signal that says so. `kill` is what the kernel does when memory is short. */
const STOP_SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const
export type StopMode = keyof typeof STOP_SIGNALS

/** Crash recovery, checkpoint included, on a slow disk. */
const START_MS = 30_000

interface Account {
  readonly uid: number
  readonly gid: number
}

export class PostgresCluster {
  readonly port: number
  /** A superuser on the database `postgres`; no password. */
  readonly url: string
  readonly #bin: string
  readonly #folder: string
  readonly #account: Account | undefined
  readonly #settings: Readonly<Record<string, string>>
  readonly #detached: boolean
  readonly #forget: () => void
  #child: ChildProcess | null = null

  private constructor(
    port: number,
    options: { bin: string; folder: string; account: Account | undefined } & ClusterOptions,
  ) {
    this.port = port
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
    this.#bin = options.bin
    this.#folder = options.folder
    this.#account = options.account
    this.#settings = options.settings ?? {}
    this.#detached = options.detached ?? false
    this.#forget = mustEnd(`Postgres on port ${port}`, () => this.close())
  }

  /** A new, empty, running cluster; to be closed by whoever made it. */
  static async create(options: ClusterOptions = {}): Promise<PostgresCluster> {
    const bin = findPostgres()
    if (bin === null) throw new Error(`There is no Postgres ${OLDEST_POSTGRES} or newer on this machine.`)
    const account = accountToRunAs()
    const folder = scratchFolder('pg')
    if (account !== undefined) chownSync(folder, account.uid, account.gid)
    const cluster = new PostgresCluster(await freePort(), { ...options, bin, folder, account })
    await promisify(execFile)(
      join(bin, 'initdb'),
      // No syncing: nobody minds losing a cluster that was never used. The server itself runs with fsync on.
      [
        ...[
          '-D',
          cluster.#data,
          '-U',
          'postgres',
          '--auth=trust',
          '--encoding=UTF8',
          '--locale=C',
          '--no-sync',
        ],
        ...(options.walFileMb === undefined ? [] : [`--wal-segsize=${options.walFileMb}`]),
      ],
      cluster.#spawnOptions,
    )
    await cluster.start()
    return cluster
  }

  /** On the port it had before. Resolves when it accepts connections. */
  async start(): Promise<void> {
    if (this.#child !== null) throw new Error('This Postgres is running already.')
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.#folder,
      fsync: 'on',
      max_connections: '200',
      ...this.#settings,
    }
    const log = openSync(this.#log, 'a')
    const child = spawn(
      join(this.#bin, 'postgres'),
      [
        ...['-D', this.#data, '-p', String(this.port)],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { ...this.#spawnOptions, detached: this.#detached, stdio: ['ignore', log, log] },
    )
    closeSync(log)
    child.once('exit', () => {
      if (this.#child === child) this.#child = null
    })
    this.#child = child
    await until('Postgres to accept connections', () => this.#child === null || this.#isReady(), {
      ms: START_MS,
      seen: () => this.#logTail(),
    })
    if (this.#child === null) throw new Error(`Postgres ended at its start:\n${this.#logTail()}`)
  }

  /**
   * Resolves when the server is gone. `smart` waits for every client to leave, `fast` throws them out, `immediate`
   * writes nothing more (the next start is a crash recovery), `kill` does not even ask.
   */
  async stop(mode: StopMode): Promise<void> {
    const child = this.#child
    if (child === null) return
    const gone = once(child, 'exit')
    child.kill(STOP_SIGNALS[mode])
    await within(PATIENCE_MS, `Postgres to stop (${mode})`, gone, () => this.#logTail())
  }

  /** Stops it and removes its folder. */
  async close(): Promise<void> {
    for (const pid of this.pids()) wake(pid)
    await this.stop('immediate')
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
    this.#forget()
  }

  /** The pid of the server itself; null when it is stopped. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** The server and every process it has at this moment, the server first. Empty when it is stopped. */
  processes(): Process[] {
    const { pid } = this
    const all = processes()
    return [...all.filter((each) => each.pid === pid), ...all.filter((each) => each.parent === pid)]
  }

  /** Of the same. */
  pids(): number[] {
    return this.processes().map(({ pid }) => pid)
  }

  /**
   * Lets its connections, now and later, write no file beyond a size; null for any size. A write that goes past it in the
   * middle of a page ends there, as on a disk that has no more room, and so does the statement (53100). What tidies up
   * (checkpoints) is left alone. The write-ahead log must have smaller files.
   */
  async limitFiles(bytes: number | null): Promise<void> {
    const [server, ...others] = this.processes()
    const connections = others.filter(({ command }) => /^postgres: postgres postgres/.test(command))
    for (const { pid } of [server!, ...connections]) {
      const limit = `--fsize=${bytes ?? 'unlimited'}:unlimited`
      await promisify(execFile)('prlimit', ['--pid', String(pid), limit], this.#spawnOptions)
    }
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  get #log(): string {
    return join(this.#folder, 'log')
  }

  get #spawnOptions() {
    // The folder of the caller may be closed to the other user, and its locale decides how text sorts.
    return { ...this.#account, cwd: this.#folder, env: { PATH: process.env.PATH, LC_ALL: 'C' } }
  }

  /** Postgres says so on the eighth line of its lock file, which is also what pg_ctl reads. */
  #isReady(): boolean {
    const lines = readIfThere(join(this.#data, 'postmaster.pid')).split('\n')
    return lines[0] === String(this.pid) && lines[7]?.trim() === 'ready'
  }

  #logTail(): string {
    return readIfThere(this.#log).slice(-2_000) || '(no log)'
  }
}

/** Empty when there is no such file. A starting Postgres takes away what a killed one left. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

export interface ClusterOptions {
  /** Beside our own: fsync on, 200 connections, 127.0.0.1 only. */
  readonly settings?: Readonly<Record<string, string>>
  /** Size of the files of the write-ahead log, which are never smaller: 16 when left out. */
  readonly walFileMb?: number
  /** A process group of its own, which Ctrl-C in a terminal does not reach. */
  readonly detached?: boolean
}

function accountToRunAs(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A paused process does not hear SIGQUIT. One that has just ended needs no waking. */
function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
