/** A node in this process, on a free port, with a database of its own. */

import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { createLog } from '../../server/log.ts'
import { mustEnd } from '../harness/leftovers.ts'
import { freshDatabase } from '../harness/postgres.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { type Visits, visitsTo } from './delivery-people.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Node extends Visits {
  readonly url: string
  /** Every line the node has logged. */
  readonly log: readonly string[]
  close(): Promise<void>
}

/**
 * @param databaseUrl  null for the embedded database; a fresh one on the cluster of this run when left out
 * @param options      of the server, beside those
 */
export async function startNode(
  databaseUrl?: string | null,
  options: Readonly<Record<string, string>> = {},
): Promise<Node> {
  const folder = scratchFolder('node')
  const fresh = databaseUrl === undefined ? await freshDatabase() : undefined
  const log: string[] = []
  const app = await startApp(
    readConfig({
      PORT: '0',
      DATA_DIR: folder,
      JWT_SECRET: TEST_SECRET,
      DATABASE_URL: fresh?.url ?? databaseUrl ?? undefined,
      ...options,
    }),
    ROOT,
    createLog('info', { write: (line: string) => void log.push(line) }),
  )
  const close = async () => {
    forget()
    await app.close()
    await fresh?.drop()
    rmSync(folder, { recursive: true, force: true })
  }
  const forget = mustEnd('a node in this process', close)
  return { ...visitsTo(app.url), url: app.url, log, close }
}
