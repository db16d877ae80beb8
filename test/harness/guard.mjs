/**
 * Ends what another process started, when that process dies without having done so itself (kill -9, out of memory).
 *
 * It reads one JSON command per line from its standard input, which the other process holds open:
 *   {"pid": 12, "signal": "SIGQUIT"}   to be sent that signal; a negative pid is a process group
 *   {"folder": "/tmp/x"}               to be removed, after the processes are gone
 *   {"forget": 12}                     the process has ended
 * When the input ends, for whatever reason, it ends and removes what is on its list.
 */

import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

const GRACE_MS = 3_000
const POLL_MS = 50

/** @type {Map<number, NodeJS.Signals>} */
const processes = new Map()
/** @type {Set<string>} */
const folders = new Set()

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  if ('pid' in command) processes.set(command.pid, command.signal)
  if ('folder' in command) folders.add(command.folder)
  if ('forget' in command) processes.delete(command.forget)
}

for (const [pid, signal] of processes) send(pid, signal)
const deadline = Date.now() + GRACE_MS
while (Date.now() < deadline && [...processes.keys()].some((pid) => send(pid, 0))) await pause(POLL_MS)
for (const pid of processes.keys()) send(pid, 'SIGKILL')
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })

/**
 * @param {number} pid
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean}  whether such a process exists
 */
function send(pid, signal) {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}
