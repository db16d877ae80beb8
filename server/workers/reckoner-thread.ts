/** A thread that reckons: takes the ops of one task after the other, and answers what comes of them. See ReckonerPool. */

import { parentPort } from 'node:worker_threads'
import { CollabError } from '../../ot/errors.ts'
import { LoggedOp } from '../../ot/logged-op.ts'
import type { PackedStart } from '../doc/reckoner.ts'
import { reckon, type Task, unpackStart } from '../doc/reckoning.ts'
import type { FromThread, ToThread } from './reckoner-pool.ts'

let ops: LoggedOp[] = []

parentPort!.on('message', (message: ToThread) => {
  if ('ops' in message) for (const record of message.ops) ops.push(new LoggedOp(record))
  else if ('task' in message) parentPort!.postMessage(answerTo(message.task, message.start))
  else ops = []
})

function answerTo(task: Task, start: PackedStart): FromThread {
  const taken = ops
  ops = []
  try {
    return { answer: reckon(task, unpackStart(start), taken) }
  } catch (error) {
    if (error instanceof CollabError) {
      return { code: error.code, message: error.message, data: error.data }
    }
    return { fault: error instanceof Error ? `${error.stack}` : String(error) }
  }
}
