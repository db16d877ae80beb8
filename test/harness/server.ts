/** The server as people start it: `node dist/server/main.js`, on a port of its own choosing. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { within } from './deadline.ts'
import { mustEnd } from './leftovers.ts'
import { scratchFolder } from './scratch.ts'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The first start of the embedded database takes three seconds on an idle machine, and many times that on a busy one. */
const START_MS = 45_000
/** A drain may take ten seconds. */
const STOP_MS = 20_000

const ADDRESS = /https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):(\d+)/

/** What a shell would have given it anyway; nothing of the developer's own configuration. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR']

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Everything it printed so far. */
  stdout(): string
  stderr(): string
  /** Asks it to end (SIGTERM) and waits until it has. */
  stop(): Promise<Exit>
  /** Sends a signal and does not wait; `exited` tells. */
  kill(signal: NodeJS.Signals): void
  readonly exited: Promise<Exit>
}

/**
 * Resolves when the server has printed the address it can be opened at. Unless `env` says otherwise, it runs the
 * embedded database in a folder that is removed when it ends.
 *
 * @param env   the options of the server, and nothing else
 * @param root  the folder that `dist` is in
 * @throws with everything it printed, when it ends or stays silent
 */
export async function startServer(
  env: Readonly<Record<string, string>> = {},
  root = ROOT,
): Promise<RunningServer> {
  const dataDir = scratchFolder('data')
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]))
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/server/main.js'], {
    cwd: root,
    env: { ...inherited, DATA_DIR: dataDir, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const exited: Promise<Exit> = once(child, 'close').then(([code, signal]) => {
    forget()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
    return { code, signal }
  })
  const output = () => `\n--- stdout\n${stdout}\n--- stderr\n${stderr}`
  const stop = async (): Promise<Exit> => {
    child.kill('SIGTERM')
    try {
      return await within(STOP_MS, 'the server to end after SIGTERM', exited, output)
    } finally {
      child.kill('SIGKILL')
    }
  }
  const forget = mustEnd(`the server with pid ${child.pid}`, async () => {
    child.kill('SIGKILL')
    await exited
  })

  const address = new Promise<RegExpExecArray>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const found = ADDRESS.exec(stdout)
      if (found !== null) resolve(found)
    })
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const endedEarly = exited.then(({ code, signal }) => {
    throw new Error(`The server ended at its start (${signal ?? `exit code ${code}`}).${output()}`)
  })
  // After the start, `exited` is there for whoever wants to know.
  endedEarly.catch(() => {})

  try {
    const [url, port] = await within(
      START_MS,
      'the server to print its address',
      Promise.race([address, endedEarly]),
      output,
    )
    return {
      url,
      port: Number(port),
      pid: child.pid!,
      stdout: () => stdout,
      stderr: () => stderr,
      stop,
      kill: (signal) => void child.kill(signal),
      exited,
    }
  } catch (error) {
    child.kill('SIGKILL')
    await exited
    throw error
  }
}
