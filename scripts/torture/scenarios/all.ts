import type { ScenarioName } from '../options.ts'
import { hotLetter } from './hot-letter.ts'
import { lostMessage } from './lost-message.ts'
import { malformed } from './malformed.ts'
import { nodeKill, postgresRestart } from './one-fault.ts'
import type { Scenario } from './scenario.ts'
import { stalledReaders } from './stalled-readers.ts'

export const ALL: Readonly<Record<ScenarioName, Scenario>> = {
  'lost-message': lostMessage,
  'node-kill': nodeKill,
  'postgres-restart': postgresRestart,
  'hot-letter': hotLetter,
  malformed,
  'stalled-readers': stalledReaders,
}
