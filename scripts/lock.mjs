/**
 * One process of this machine at a time, by a folder that only one of them can create.
 *
 * The holder touches the folder every `BEAT_MS`. A lock that nobody touched for `STALE_MS`, or whose process is
 * gone, was left by a crash and is taken over. Taking over is itself behind a folder, so that of two processes that
 * find the same stale lock, one removes it and the other looks again.
 */

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const BEAT_MS = 2_000
const STALE_MS = 30_000
const POLL_MS = 100

/**
 * Runs `work` while no other process runs work of the same name for the same folder. Waits as long as it takes.
 *
 * @template T
 * @param {string} name
 * @param {string} folder  two checkouts do not wait for each other
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(name, folder, work) {
  // Not inside the checkout: `npm ci` removes node_modules, and a lock must not look like a change to git.
  const key = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  const lock = join(tmpdir(), `copperplate-${userInfo().uid}-${key}-${name}.lock`)
  let told = false
  while (!taken(lock)) {
    if (isStale(lock)) takeAway(lock)
    else {
      if (!told) console.log(`Waiting for another process to finish its ${name} …`)
      told = true
      await pause(POLL_MS)
    }
  }
  const beat = setInterval(() => touch(lock), BEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(lock, { recursive: true, force: true })
  }
}

/** @param {string} lock */
function taken(lock) {
  try {
    mkdirSync(lock)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(lock, 'pid'), String(process.pid))
  return true
}

/** @param {string} lock */
function isStale(lock) {
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_MS) return true
    const pid = Number(readFileSync(join(lock, 'pid'), 'utf8'))
    return pid > 0 && !isAlive(pid)
  } catch (error) {
    // Released in between, or created and its pid not written yet: either way look again.
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** @param {string} lock */
function takeAway(lock) {
  const right = `${lock}.takeover`
  try {
    mkdirSync(right)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    if (Date.now() - (statSync(right, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > STALE_MS) {
      rmSync(right, { recursive: true, force: true })
    }
    return
  }
  try {
    if (isStale(lock)) rmSync(lock, { recursive: true, force: true })
  } finally {
    rmSync(right, { recursive: true, force: true })
  }
}

/** @param {string} lock */
function touch(lock) {
  const now = new Date()
  utimesSync(lock, now, now)
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
