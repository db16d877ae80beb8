/**
 * What has to be there before anything of ours can run: the right Node, the packages, the build.
 *
 * Built-ins only, because this runs on a fresh clone before node_modules exists. Both functions do nothing when
 * nothing changed, and two processes that need the same work do it once.
 */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alone } from './lock.mjs'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const OLDEST_NODE = [20, 19]

/** Everything the build reads. A change in any of them makes dist/ stale. */
const BUILD_INPUTS = [
  'client',
  'migrations',
  'ot',
  'server',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
]

/** The packages of package-lock.json, development ones included: the build and the tests need them. */
export async function ensureInstalled() {
  checkNode()
  if (isInstalled()) return
  await alone('npm install', ROOT, async () => {
    if (isInstalled()) return
    console.log('Installing packages (npm ci) …')
    await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'])
    writeStamp(installStamp(), installKey())
  })
}

/**
 * dist/server, dist/ot and dist/client, made from the sources as they are now.
 *
 * @param {(command: string, args: string[]) => Promise<void>} [runProgram]  rejects unless the program ends well
 */
export async function ensureBuilt(runProgram = run) {
  if (isBuilt()) return
  await alone('build', ROOT, async () => {
    if (isBuilt()) return
    // Taken before the build: what changes while it runs makes the result stale.
    const key = buildKey()
    console.log('Building (npm run build) …')
    await runProgram('npm', ['run', '--silent', 'build'])
    mkdirSync(join(ROOT, 'dist'), { recursive: true })
    writeStamp(buildStamp(), key)
  })
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  console.error(
    `Copperplate needs Node.js ${OLDEST_NODE.join('.')} or newer, and this is ${process.versions.node}. Install a newer one from https://nodejs.org and try again.`,
  )
  process.exit(1)
}

/** @returns {boolean} */
function isInstalled() {
  return readOrNull(installStamp()) === installKey() || npmInstalledAll()
}

/**
 * npm's own record of what it put into node_modules, for people who ran `npm install` themselves: every package of
 * package-lock.json is there in its version, apart from the optional ones (those of other platforms among them).
 */
function npmInstalledAll() {
  const record = readOrNull(join(ROOT, 'node_modules', '.package-lock.json'))
  if (record === null) return false
  const installed = JSON.parse(record).packages
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  return (
    Object.keys(wanted).every((path) => path === '' || wanted[path].optional || path in installed) &&
    Object.keys(installed).every((path) => installed[path].version === wanted[path]?.version)
  )
}

function installStamp() {
  return join(ROOT, 'node_modules', '.copperplate-installed')
}

/** Native packages differ by platform, so a node_modules carried to another one counts as missing. */
function installKey() {
  const lock = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')))
  return `${lock.digest('hex')} ${process.platform} ${process.arch}`
}

/** @returns {boolean} */
function isBuilt() {
  return readOrNull(buildStamp()) === buildKey()
}

function buildStamp() {
  return join(ROOT, 'dist', '.copperplate-built')
}

function buildKey() {
  const hash = createHash('sha256')
  for (const input of BUILD_INPUTS) {
    for (const file of filesUnder(input)) {
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(ROOT, file)))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

/**
 * @param {string} path  relative to the root
 * @returns {string[]}  sorted, so that a hash over them does not depend on the file system
 */
function filesUnder(path) {
  try {
    return readdirSync(join(ROOT, path), { withFileTypes: true })
      .flatMap((entry) =>
        entry.isDirectory() ? filesUnder(join(path, entry.name)) : [join(path, entry.name)],
      )
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [path]
    throw error
  }
}

/**
 * @param {string} path
 * @param {string} key
 */
function writeStamp(path, key) {
  writeFileSync(`${path}.new`, key)
  renameSync(`${path}.new`, path)
}

/** @param {string} path */
function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else
        reject(
          new Error(`${command} ${args.join(' ')} failed (${signal ?? `exit code ${code}`}); see above.`),
        )
    })
  })
}
