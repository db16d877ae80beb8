/** The commands of an operator, as `npm run doc` and `npm run import:sharedb-postgres` start them. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { within } from '../harness/deadline.ts'
import { mustEnd } from '../harness/leftovers.ts'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** Starting the compiler, and the first start of an embedded database, on a busy machine. */
const PATIENCE_MS = 60_000

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `server/cli.ts` to its end, with the options of the server in `env` and nothing of the developer's own. */
export async function command(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/cli.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const forget = mustEnd(`the command ${args.join(' ')}`, async () => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = await within(PATIENCE_MS, `${args[0]} to end`, once(child, 'close'), () => stdout + stderr)
  forget()
  return { code, stdout, stderr }
}
