/** Our own server, started as users start it: the built program on a Postgres, with tokens. */

import { randomUUID } from 'node:crypto'
import { memberToken, TEST_SECRET } from '../../../test/harness/tokens.ts'
import { Restartable } from './restartable.ts'
import { SharedbControl } from './sharedb-control.ts'
import { replacements, sharedbLetters } from './sharedb-letters.ts'
import type { System } from './system.ts'

const HOST = '127.0.0.1'
const RETRY_COUNTER = new URL('../count-retries.mjs', import.meta.url).href
/** A socket may send 4,000 messages at once, and is slowed down after that. */
const PORTION = 3_900
const PROGRAM = ['--import', RETRY_COUNTER, '--enable-source-maps', 'dist/server/main.js']

export const copperplate: System = {
  name: 'copperplate',
  title: 'Copperplate',
  protocol: 'sharedb',
  acknowledges: 'durable',
  async start(stage) {
    const database = await stage.database()
    const running = await Restartable.start(stage, PROGRAM, {
      ...{ DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET },
      ...{ PORT: '0', HOST },
    })
    const target = () => ({ protocol: 'sharedb', host: HOST, port: running.server.port }) as const
    const token = tokensOfOneFirm()
    const letters = sharedbLetters({
      ...{ target, token },
      create: () => createLetter(running.server.port, token(0)),
    })
    return {
      database,
      get target() {
        return target()
      },
      get server() {
        return running.server
      },
      ...letters,
      // Through the door, so that whatever the server does beside storing ops is done.
      async letterWithLog(content, ops) {
        const [letter] = await letters.letters(1, content)
        const { id, version, length } = letter!
        for (let poured = 0; poured < ops; poured += PORTION) {
          const control = await SharedbControl.open(target(), id, token(0))
          await control.pour(version + poured, replacements(Math.min(PORTION, ops - poured), length))
          control.close()
        }
        return { id, version: version + ops, length }
      },
      restart: () => running.restart(),
      async close() {
        await running.close()
        await stage.end(database)
      },
    }
  },
}

/** Everybody is somebody of their own, in one firm. */
function tokensOfOneFirm(): (index: number) => string {
  const firm = randomUUID()
  const tokens: string[] = []
  return (index) => {
    tokens[index] ??= memberToken({ firm, name: `Editor ${index}` })
    return tokens[index]
  }
}

async function createLetter(port: number, token: string): Promise<string> {
  const response = await fetch(`http://${HOST}:${port}/v1/docs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'A letter', type: 'letter' }),
  })
  if (response.status !== 201) throw new Error(`A letter was not created: ${await response.text()}`)
  return ((await response.json()) as { id: string }).id
}
