/** One node of the service: the server as people start it, always on the same port, started again by whoever ends it. */

import { setTimeout as pause } from 'node:timers/promises'
import { within } from '../../test/harness/deadline.ts'
import type { Guard } from '../../test/harness/guard.ts'
import { type Exit, type RunningServer, startServer } from '../../test/harness/server.ts'

const SKEWED_CLOCK = new URL('./skewed-clock.mjs', import.meta.url).href
/** A node without its database gives up; so does whatever starts it again, and tries once more. */
const START_AGAIN_MS = 250
/** The longest a node may take to end, see server/doc/PROTOCOL.md. */
const DRAIN_MS = 26_000
const LOG_TAIL = 20_000

export class BedNode {
  readonly port: number
  readonly #env: Readonly<Record<string, string>>
  readonly #guard: Guard
  /** Why it ended although nobody had told it to; one sentence each. */
  readonly unscheduledExits: string[] = []
  #server: RunningServer | null = null
  #starting: Promise<void> | null = null
  #isMeantToEnd = false
  #isClosed = false
  #skewMs = 0

  constructor(port: number, env: Readonly<Record<string, string>>, guard: Guard) {
    this.port = port
    this.#env = { ...env, PORT: String(port), LOG_LEVEL: 'warn' }
    this.#guard = guard
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** null while it is down. */
  get pid(): number | null {
    return this.#server?.pid ?? null
  }

  /** The end of what it has logged since its last start. */
  get log(): string {
    return this.#server?.stderr().slice(-LOG_TAIL) ?? ''
  }

  /**
   * Faults overlap, and a start takes as long as the database is away: who comes second waits for the first.
   *
   * @param skewMs  how far its clock is ahead; the first one's counts
   */
  async start(skewMs = 0): Promise<void> {
    if (this.#server !== null) return
    this.#starting ??= this.#start(skewMs).finally(() => {
      this.#starting = null
    })
    await this.#starting
  }

  async #start(skewMs: number): Promise<void> {
    this.#skewMs = skewMs
    const skewed = { NODE_OPTIONS: `--import ${SKEWED_CLOCK}`, CLOCK_SKEW_MS: String(skewMs) }
    const server = await this.#startUntilItRuns(skewMs === 0 ? this.#env : { ...this.#env, ...skewed })
    this.#server = server
    this.#isMeantToEnd = false
    this.#guard.process(server.pid, 'SIGKILL')
    void server.exited.then((exit) => this.#ended(server, exit))
  }

  get isSkewed(): boolean {
    return this.#skewMs !== 0
  }

  async kill(): Promise<void> {
    const server = this.#server
    if (server === null) return
    this.#isMeantToEnd = true
    server.kill('SIGKILL')
    await server.exited
  }

  /** SIGTERM. It must end by itself, with 0. */
  async drain(): Promise<void> {
    const server = this.#server
    if (server === null) return
    this.#isMeantToEnd = true
    server.kill('SIGTERM')
    const { code, signal } = await within(DRAIN_MS, 'a node to drain', server.exited).catch(() => {
      server.kill('SIGKILL')
      return { code: null, signal: `nothing: it was killed after ${DRAIN_MS} ms` }
    })
    if (code !== 0) this.unscheduledExits.push(`a node that drained ended with ${signal ?? code}`)
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2'): void {
    this.#server?.kill(signal)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.kill()
  }

  async #startUntilItRuns(env: Readonly<Record<string, string>>): Promise<RunningServer> {
    for (;;) {
      try {
        return await startServer(env)
      } catch (error) {
        if (this.#isClosed || !String(error).includes('ended at its start')) throw error
        await pause(START_AGAIN_MS)
      }
    }
  }

  #ended(server: RunningServer, { code, signal }: Exit): void {
    this.#guard.forget(server.pid)
    this.#server = null
    if (this.#isMeantToEnd) return
    const last = server.stderr().trim().split('\n').slice(-5).join('\n')
    this.unscheduledExits.push(`a node ended by itself (${signal ?? `exit code ${code}`}): ${last}`)
    // The others go on, and so does the schedule.
    if (!this.#isClosed) this.start(this.#skewMs).catch(() => undefined)
  }
}
