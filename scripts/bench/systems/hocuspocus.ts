/** Stock Hocuspocus 4 on Postgres. */

import { randomUUID } from 'node:crypto'
import { peerProgram } from './peer-packages.ts'
import { Restartable } from './restartable.ts'
import { lengthOf, type System } from './system.ts'
import { updatesOf, YjsControl } from './yjs-control.ts'

const HOST = '127.0.0.1'

export const hocuspocus: System = {
  name: 'hocuspocus',
  title: 'Hocuspocus 4',
  protocol: 'yjs',
  acknowledges: 'in memory',
  async start(stage) {
    const database = await stage.database()
    const program = [peerProgram('hocuspocus.mjs')]
    const running = await Restartable.start(stage, program, { DATABASE_URL: database.url })
    const target = () => ({ protocol: 'yjs', host: HOST, port: running.server.port }) as const
    return {
      database,
      get target() {
        return target()
      },
      get server() {
        return running.server
      },
      // Hocuspocus lets everybody in, unless it is told otherwise.
      token: () => 'nobody asks',
      async letters(count, content) {
        const ids = Array.from({ length: count }, () => randomUUID())
        if (content === undefined) return ids.map((id) => ({ id, version: 0, length: 0 }))
        const { updates } = await updatesOf({ delta: content })
        for (const id of ids) {
          const control = await YjsControl.open(target(), id)
          await control.pour(updates)
          control.close()
        }
        return ids.map((id) => ({ id, version: 0, length: lengthOf(content) }))
      },
      async letterWithLog(content, ops) {
        const length = lengthOf(content)
        const edits = Array.from({ length: ops }, (_, index) => ({
          agent: 0,
          patches: [{ at: 1 + ((index * 7_919) % (length - 2)), deleted: 1, inserted: 'a' }],
        }))
        const { updates } = await updatesOf({ delta: content, edits })
        const id = randomUUID()
        const control = await YjsControl.open(target(), id)
        await control.pour(updates)
        control.close()
        return { id, version: 0, length }
      },
      async head({ id }) {
        const control = await YjsControl.open(target(), id)
        control.close()
        return { version: null, length: control.length, text: null }
      },
      restart: () => running.restart(),
      async close() {
        await running.close()
        await stage.end(database)
      },
    }
  },
}
