/**
 * Loaded into a server (`--import`), so that a test can find out what it holds. What it does now and then it does every second.
 * On SIGUSR2 its clock is two minutes further, so that what is let go when idle is let go now, all garbage is collected, and
 * it prints one line:
 *
 *   weighed {"heap": <bytes>, "outside": <bytes>, "rss": <bytes>, "handles": {"TCPSocketWrap": 3, …}}
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

const OFTEN_MS = 1_000
const { setInterval } = globalThis
globalThis.setInterval = (task, ms) => setInterval(task, Math.min(ms, OFTEN_MS))

const JUMP_MS = 120_000
let ahead = 0
const { now } = Date
Date.now = () => now() + ahead

process.on('SIGUSR2', () => {
  ahead += JUMP_MS
  // The second round takes what the first one finalised.
  collect()
  setImmediate(() => {
    collect()
    const { heapUsed, external, rss } = process.memoryUsage()
    /** @type {Record<string, number>} */
    const handles = {}
    for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
    console.log(`weighed ${JSON.stringify({ heap: heapUsed, outside: external, rss, handles })}`)
  })
})
