/**
 * Runs programs as if they were this process: a signal sent to us reaches each of them exactly once, the first one
 * to end takes the others with it, and its exit code becomes ours.
 *
 * Once matters: a second SIGINT commonly means "do not drain, stop now". Ctrl-C in a terminal reaches the whole process
 * group, npm tells its child about it as well, and we would be the third. So each program gets a process group of its
 * own, and what reaches us twice in a moment is one signal.
 */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ROOT } from './install.mjs'

/** @type {NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']

/** Faster than anybody presses Ctrl-C again. */
const ONE_SIGNAL_MS = 300

/** @param {readonly (readonly string[])[]} commands  each an executable and its arguments */
export function foreground(commands) {
  const children = commands.map(([command = '', ...args]) =>
    spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], detached: true }),
  )
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    for (const child of children) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    }
  }
  for (const signal of FORWARDED) {
    let last = Number.NEGATIVE_INFINITY
    process.on(signal, () => {
      if (performance.now() - last < ONE_SIGNAL_MS) return
      last = performance.now()
      forward(signal)
    })
  }

  let left = children.length
  /** @type {number | undefined} */
  let exitCode
  /** @param {number} code */
  const ended = (code) => {
    left -= 1
    exitCode ??= code
    if (left === 0) process.exit(exitCode)
    forward('SIGTERM')
  }
  for (const child of children) {
    child.once('error', (error) => {
      console.error(error.message)
      ended(127)
    })
    child.once('exit', (code, signal) => ended(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
  }
}
