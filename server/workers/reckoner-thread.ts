/** A thread that reckons one task after the other. See ReckonerPool. */

import { parentPort } from 'node:worker_threads'
import { CollabError } from '../../ot/errors.ts'
import { LoggedOp } from '../../ot/logged-op.ts'
import { Reckoning } from '../doc/reckoning.ts'
import type { FromThread, ToThread } from './reckoner-pool.ts'

let reckoning: Reckoning | null = null

parentPort!.on('message', (message: ToThread) => parentPort!.postMessage(answerTo(message)))

function answerTo(message: ToThread): FromThread {
  try {
    return { answer: heard(message) }
  } catch (error) {
    if (error instanceof CollabError) {
      return { code: error.code, message: error.message, data: error.data }
    }
    return { fault: error instanceof Error ? `${error.stack}` : String(error) }
  }
}

function heard(message: ToThread): unknown {
  if ('task' in message) reckoning = new Reckoning(message.task, message.start)
  else if ('ops' in message) reckoning!.take(message.ops.map((record) => new LoggedOp(record)))
  else {
    const answer = reckoning!.finish()
    reckoning = null
    return answer
  }
  return null
}
