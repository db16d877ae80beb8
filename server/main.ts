import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import { createLog } from './log.ts'

const root = programFolder(dirname(fileURLToPath(import.meta.url)))

try {
  const config = readConfig(process.env)
  const log = createLog(config.logLevel)
  const app = await startApp(config, root, log)
  let isClosing = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ signal }, isClosing ? 'closing at once' : 'closing')
      if (isClosing) return app.hurry()
      isClosing = true
      app.close().then(
        () => process.exit(0),
        (error) => {
          log.fatal({ err: error }, 'could not close cleanly')
          process.exit(1)
        },
      )
    })
  }
  // Last: whoever reads this line may send a signal at once.
  process.stdout.write(`Copperplate is at ${app.url}\n`)
} catch (error) {
  // Before there is a log: what to do, in words, where the person who typed the command reads it.
  const detail = error instanceof ConfigError ? error.message : describe(error)
  process.stderr.write(`Copperplate did not start.\n${detail}\n`)
  process.exit(1)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\n  because: ${describe(error.cause)}`
  return error.message + cause
}

/** The folder with package.json: one up when run from source, two up when built. */
function programFolder(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
  }
  throw new Error(`no package.json above ${from}`)
}
