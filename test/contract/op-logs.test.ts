import { logOver } from '../../scripts/sim/log-link.ts'
import { ModelDatabase } from '../../scripts/sim/model-database.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { DATABASES } from './letters-databases.ts'
import { describeOpLog } from './op-logs.ts'

for (const [engine, open] of Object.entries(DATABASES)) {
  describeOpLog(`ours on ${engine}`, async () => {
    const { db, close } = await open()
    return { log: new OpLog(db), close }
  })
}

describeOpLog('the model that the simulation runs on', async () => {
  const log = logOver(new ModelDatabase(), async (_, work) => work())
  return { log, close: async () => undefined }
})
