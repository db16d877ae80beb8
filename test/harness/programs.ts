/** Where the programs are that tests run beside the server. */

import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** The server is written for this one; the embedded database is a newer one. */
export const OLDEST_POSTGRES = 15

/** Debian keeps the server programs off the path, one folder per major version; so do others. */
const POSTGRES_HOMES = [
  '/usr/lib/postgresql',
  '/opt/homebrew/opt',
  '/usr/local/opt',
  '/Applications/Postgres.app/Contents/Versions',
]

/** Where Debian puts servers, off the path of whoever is not root. */
const SERVER_FOLDERS = ['/usr/local/sbin', '/usr/sbin']

/** The folder that holds `initdb` and `postgres`, the newest there is; null when none is new enough. */
export function findPostgres(): string | null {
  const found = [...pathFolders(), ...POSTGRES_HOMES.flatMap(binFolders)]
    .filter((folder) => isExecutable(join(folder, 'initdb')) && isExecutable(join(folder, 'postgres')))
    // A link on the path stands beside few of the programs it needs.
    .map((folder) => dirname(realpathSync(join(folder, 'postgres'))))
    .map((folder) => ({ folder, major: postgresMajor(folder) }))
    .filter(({ major }) => major >= OLDEST_POSTGRES)
  return found.sort((a, b) => b.major - a.major)[0]?.folder ?? null
}

export function findRedis(): string | null {
  return onPath(['redis-server', 'valkey-server'])
}

export function findHaproxy(): string | null {
  return onPath(['haproxy'])
}

export function findNginx(): string | null {
  return onPath(['nginx'])
}

export function findOpenssl(): string | null {
  return onPath(['openssl'])
}

/** The folder that holds `radosgw` and what else of Ceph it takes to run one; null when anything is missing. */
export function findRadosgw(): string | null {
  const folder = dirname(onPath(['radosgw']) ?? '/nowhere/')
  const needed = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'monmaptool', 'osdmaptool']
  return needed.every((name) => isExecutable(join(folder, name))) ? folder : null
}

/** `CHROMIUM_PATH`, when it is set, is believed. */
export function findChromium(): string | null {
  return (
    process.env.CHROMIUM_PATH ??
    onPath(['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'])
  )
}

function postgresMajor(folder: string): number {
  // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
  const version = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  return Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1] ?? 0)
}

function binFolders(home: string): string[] {
  try {
    return readdirSync(home).map((version) => join(home, version, 'bin'))
  } catch {
    // No such folder on this machine.
    return []
  }
}

function onPath(names: readonly string[]): string | null {
  const folders = [...pathFolders(), ...SERVER_FOLDERS]
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return candidates.find(isExecutable) ?? null
}

function pathFolders(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
