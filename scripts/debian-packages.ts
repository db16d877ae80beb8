/**
 * Installs from Debian's packages what the tests need and the machine lacks, when this is Debian and we are root.
 * Otherwise it says exactly what to install.
 */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  findChromium,
  findHaproxy,
  findNginx,
  findOpenssl,
  findPostgres,
  findRadosgw,
  findRedis,
  OLDEST_POSTGRES,
} from '../test/harness/programs.ts'

export type Program = 'postgres' | 'redis' | 'haproxy' | 'nginx' | 'openssl' | 'chromium' | 'radosgw'

const PROGRAMS: Readonly<
  Record<Program, { what: string; debianPackages: readonly string[]; find: () => string | null }>
> = {
  postgres: {
    what: `PostgreSQL ${OLDEST_POSTGRES} or newer (initdb and postgres)`,
    debianPackages: ['postgresql'],
    find: findPostgres,
  },
  redis: { what: 'Redis (redis-server)', debianPackages: ['redis-server'], find: findRedis },
  haproxy: { what: 'HAProxy 2.6 or newer', debianPackages: ['haproxy'], find: findHaproxy },
  nginx: { what: 'nginx', debianPackages: ['nginx-light'], find: findNginx },
  openssl: { what: 'the program openssl', debianPackages: ['openssl'], find: findOpenssl },
  chromium: { what: 'Chromium (or set CHROMIUM_PATH)', debianPackages: ['chromium'], find: findChromium },
  radosgw: {
    what: 'Ceph and its S3 gateway (radosgw, ceph-mon, ceph-osd)',
    debianPackages: ['radosgw', 'ceph-mon', 'ceph-osd'],
    find: findRadosgw,
  },
}

/** Runs a program in the foreground; rejects unless it ends well. */
export type Run = (command: string, args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<void>

/** @throws saying what to install, when that is not for us to do or did not help */
export async function ensurePrograms(needed: readonly Program[], run: Run): Promise<void> {
  const missing = missingOf(needed)
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || !isDebian()) throw new Error(whatToInstall(missing))

  console.log(`Installing ${packagesOf(missing).join(', ')} …`)
  await aptGet(run, ['update'])
  await withoutServices(run, missing, () =>
    aptGet(run, ['install', '--yes', '--no-install-recommends', ...packagesOf(missing)]),
  )
  const stillMissing = missingOf(needed)
  if (stillMissing.length > 0) throw new Error(whatToInstall(stillMissing))
}

function missingOf(needed: readonly Program[]): Program[] {
  return needed.filter((program) => PROGRAMS[program].find() === null)
}

function packagesOf(programs: readonly Program[]): string[] {
  return programs.flatMap((program) => PROGRAMS[program].debianPackages)
}

function whatToInstall(missing: readonly Program[]): string {
  const what = missing.map((program) => PROGRAMS[program].what).join(', ')
  return `The tests need ${what}. On Debian: sudo apt-get install --no-install-recommends ${packagesOf(missing).join(' ')}`
}

/** Debian itself: Ubuntu's package of Chromium is a stub for a snap, which does not work in a container. */
function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

function aptGet(run: Run, args: readonly string[]): Promise<void> {
  const wait = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0']
  return run('apt-get', ['--quiet', ...wait, ...args], { ...process.env, DEBIAN_FRONTEND: 'noninteractive' })
}

const POLICY = '/usr/sbin/policy-rc.d'
const CREATE_CLUSTER = '/etc/postgresql-common/createcluster.conf'

/**
 * Runs `install` so that it starts nothing: Debian's packages of servers start them, and that of Postgres creates a
 * cluster on port 5432 besides. Both settings are as they were afterwards.
 */
async function withoutServices(run: Run, missing: readonly Program[], install: () => Promise<void>) {
  const hadPolicy = existsSync(POLICY)
  if (!hadPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  let clusterSettings: string | undefined
  try {
    if (missing.includes('postgres')) {
      // It owns the file, and would ask about one that was there before it.
      await aptGet(run, ['install', '--yes', '--no-install-recommends', 'postgresql-common'])
      clusterSettings = readFileSync(CREATE_CLUSTER, 'utf8')
      writeFileSync(CREATE_CLUSTER, `${clusterSettings}\ncreate_main_cluster = false\n`)
    }
    await install()
  } finally {
    if (clusterSettings !== undefined) writeFileSync(CREATE_CLUSTER, clusterSettings)
    if (!hadPolicy) rmSync(POLICY)
  }
}
