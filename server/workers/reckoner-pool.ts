import { Worker } from 'node:worker_threads'
import { CollabError, type ErrorCode } from '../../ot/errors.ts'
import type { LoggedOp, OpRecord } from '../../ot/logged-op.ts'
import type { PackedStart, Reckoner } from '../doc/reckoner.ts'
import type { Answer, Kind, Task } from '../doc/reckoning.ts'

/** Threads at most. One keeps a machine of two processors responsive, two let a short reckoning pass a long one. */
const THREADS = 2
/** Reckonings that wait for a thread before callers are told to come back. */
const MAX_WAITING = 100
/** A thread nobody needs is let go after this long: it costs 10 MB. */
const IDLE_MS = 30_000
/** Of a thread's heap: a reckoning that needs more fails alone, and the server does not. */
const MAX_HEAP_MB = 1_024

/** What is said to a thread, which answers each: what to reckon, the ops piece by piece, and that these were all. */
export type ToThread =
  | { readonly task: Task; readonly start: PackedStart }
  | { readonly ops: readonly OpRecord[] }
  | { readonly finish: true }

/** `answer` is that of the task when it is finished, and null before. */
export type FromThread =
  | { readonly answer: unknown }
  | { readonly code: ErrorCode; readonly message: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly fault: string }

/**
 * Reckons in threads of their own, one reckoning at a time in each. The ops are handed over as the log has them, piece by
 * piece as they are read: parsing them is the thread's work, too.
 */
export class ReckonerPool implements Reckoner {
  readonly #threads = new Set<Thread>()
  #idle: Thread[] = []
  readonly #waiting: { take: (thread: Thread) => void; giveUp: (error: CollabError) => void }[] = []
  #isClosed = false

  async reckon<K extends Kind>(
    task: Task<K>,
    start: PackedStart,
    pieces: AsyncIterable<readonly LoggedOp[]>,
  ): Promise<Answer<K>> {
    const thread = await this.#thread()
    let heard = thread.ask({ task: task as Task, start })
    try {
      // The next piece is read while the thread deals with this one: no log is in memory as a whole.
      for await (const ops of pieces) {
        await heard
        heard = thread.ask({ ops: ops.map(record) })
      }
      await heard
      // What the thread answers is what its task asks for.
      return (await thread.ask({ finish: true })) as Answer<K>
    } catch (error) {
      // The log may have failed while the thread was at work: the next task is not for a thread that is.
      await heard.catch(() => undefined)
      throw error
    } finally {
      this.#release(thread)
    }
  }

  /** Ends the threads, whatever they do. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const { giveUp } of this.#waiting.splice(0)) giveUp(closing())
    await Promise.all([...this.#threads].map((thread) => thread.end()))
  }

  #thread(): Promise<Thread> {
    if (this.#isClosed) return Promise.reject(closing())
    const idle = this.#idle.pop()
    if (idle !== undefined) {
      idle.stay()
      return Promise.resolve(idle)
    }
    if (this.#threads.size < THREADS) {
      const thread = new Thread(() => this.#forget(thread))
      this.#threads.add(thread)
      return Promise.resolve(thread)
    }
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new CollabError('server/busy', 'Too much history is being read. Try again.'))
    }
    return new Promise((take, giveUp) => this.#waiting.push({ take, giveUp }))
  }

  #release(thread: Thread): void {
    if (!thread.isAlive) return
    const next = this.#waiting.shift()
    if (next !== undefined) return next.take(thread)
    this.#idle.push(thread)
    thread.leaveAfter(IDLE_MS)
  }

  #forget(thread: Thread): void {
    this.#threads.delete(thread)
    this.#idle = this.#idle.filter((other) => other !== thread)
    const next = this.#waiting.shift()
    if (next !== undefined) this.#thread().then(next.take, next.giveUp)
  }
}

/** Built or not, the thread's file is beside this one, under the same ending. */
const ENDING = import.meta.url.slice(-3)
const FILE = new URL(`./reckoner-thread${ENDING}`, import.meta.url)

function newWorker(): Worker {
  const options = { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } }
  if (ENDING === '.js') return new Worker(FILE, options)
  // Not built, the program runs under tsx and in its folder. Node 20 does not pass a loader on to a thread.
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import('${FILE}') })`
  return new Worker(load, { ...options, eval: true })
}

class Thread {
  readonly #worker: Worker
  readonly #ended: Promise<void>
  #asked: { resolve: (answer: unknown) => void; reject: (error: unknown) => void } | null = null
  #fault: unknown = null
  #leaving: NodeJS.Timeout | undefined

  constructor(onEnd: () => void) {
    const worker = newWorker()
    this.#worker = worker
    worker.unref()
    worker.on('message', (message: FromThread) => this.#hear(message))
    worker.on('error', (error) => {
      this.#fault = error
    })
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#fault ??= closing()
        clearTimeout(this.#leaving)
        onEnd()
        this.#asked?.reject(this.#fault)
        resolve()
      })
    })
  }

  get isAlive(): boolean {
    return this.#fault === null
  }

  ask(message: ToThread): Promise<unknown> {
    const answer = new Promise((resolve, reject) => {
      if (!this.isAlive) return reject(this.#fault)
      this.#asked = { resolve, reject }
      this.#worker.ref()
      this.#worker.postMessage(message)
    })
    // Whoever asks may be reading when it fails, and hears of it a little later.
    answer.catch(() => undefined)
    return answer
  }

  leaveAfter(ms: number): void {
    this.#leaving = setTimeout(() => void this.end(), ms).unref()
  }

  stay(): void {
    clearTimeout(this.#leaving)
  }

  async end(): Promise<void> {
    this.#fault ??= closing()
    await this.#worker.terminate()
    await this.#ended
  }

  #hear(message: FromThread): void {
    const asked = this.#asked
    this.#asked = null
    this.#worker.unref()
    if ('answer' in message) asked?.resolve(message.answer)
    else if ('code' in message) {
      asked?.reject(new CollabError(message.code, message.message, { data: { ...message.data } }))
    } else asked?.reject(new Error(message.fault))
  }
}

/** A plain object: what is posted loses its class. */
function record({ version, body, source, seq, author, origin, time, meta }: LoggedOp): OpRecord {
  return { version, body, source, seq, author, origin, time, meta }
}

function closing(): CollabError {
  return new CollabError('server/closing', 'This server is shutting down. Try again.')
}
