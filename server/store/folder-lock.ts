import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Keeps a second process out of a data folder: PGlite does not, and two of them overwrite each other's pages.
 *
 * The lock is a file that names its holder by process id and start time, so that neither a crash nor a reused
 * process id leaves the folder locked. Processes that do not see each other (two containers on one volume) are
 * not kept apart.
 */
export interface FolderLock {
  release(): void
}

/** Another process holds the folder; the message names it. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse'
}

interface Holder {
  readonly pid: number
  readonly started: string
  readonly token: string
}

const WRITING_MS = 1_000

/** @throws FolderInUse */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, 'copperplate.lock')
  const me: Holder = { pid: process.pid, started: startTime(process.pid) ?? '', token: randomUUID() }
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(me), { flag: 'wx' })
      return { release: () => readHolder(file)?.token === me.token && rmSync(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readHolder(file)
    if (holder === null ? isNew(file) : isAlive(holder)) {
      const who = holder === null ? 'a process that is just starting' : `process ${holder.pid}`
      throw new FolderInUse(
        `the data folder ${folder} is in use by ${who}: stop it, or set DATA_DIR to another folder`,
      )
    }
    putAside(file, holder)
  }
  throw new Error(`could not lock the data folder ${folder}: other processes keep taking it`)
}

/**
 * Moves a dead holder's file away. Two starters may both find it dead; whoever moves a file that is not the
 * dead one has caught the other's fresh lock, and puts it back.
 */
function putAside(file: string, dead: Holder | null): void {
  const aside = `${file}.${randomUUID()}`
  try {
    renameSync(file, aside)
  } catch {
    return // somebody else moved it first
  }
  const moved = readHolder(aside)
  if (moved?.token !== dead?.token) renameSync(aside, file)
  else rmSync(aside, { force: true })
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder // written by us; a torn file throws
  } catch {
    return null
  }
}

/** Between the making of a lock and the writing of its text lies a moment; what is still empty after it is torn. */
function isNew(file: string): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs < WRITING_MS
  } catch {
    return false // released meanwhile
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const started = startTime(holder.pid)
  return started === null || started === holder.started
}

/** Start time of a process in clock ticks since boot, on Linux; elsewhere null, and the pid alone decides. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 22; the second field is the program's name in parentheses and may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
