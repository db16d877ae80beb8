/** A Node server that is measured: a process of its own, with the probe loaded into it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { within } from '../../../test/harness/deadline.ts'
import { ROOT } from '../../install.mjs'
import { cpuMs } from '../cpu.ts'

const START_MS = 30_000
const STOP_MS = 15_000
const ANSWER_MS = 30_000

const PROBE = new URL('../probe.mjs', import.meta.url).href
const ADDRESS = /http:\/\/127\.0\.0\.1:(\d+)/

/** What a shell would have given it anyway; nothing of the developer's own configuration. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR']

/** What `probe.mjs` tells. */
export interface ProbeReading {
  readonly loopDelayP99Ms: number
  readonly rssBytes: number
  readonly retries: number | null
}

export class ServerProcess {
  readonly port: number
  readonly #child: ChildProcess
  readonly #ended: Promise<never>
  #lastQuestion = 0

  private constructor(child: ChildProcess, port: number, ended: Promise<never>) {
    this.#child = child
    this.port = port
    this.#ended = ended
  }

  /**
   * Resolves when the server has printed its address.
   *
   * @param args  the program, and what Node is given before it
   */
  static async start(args: readonly string[], env: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]))
    const child = spawn(process.execPath, ['--import', PROBE, ...args], {
      cwd: ROOT,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let output = ''
    const address = new Promise<number>((resolve) => {
      for (const stream of [child.stdout!, child.stderr!]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output = (output + text).slice(-4_000)
          const found = ADDRESS.exec(output)
          if (found !== null) resolve(Number(found[1]))
        })
      }
    })
    const ended = once(child, 'exit').then(([code, signal]): never => {
      throw new Error(`The server ended (${signal ?? `exit code ${code}`}).\n${output}`)
    })
    ended.catch(() => undefined)
    try {
      const port = await within(
        START_MS,
        'a server to print its address',
        Promise.race([address, ended]),
        () => output,
      )
      return new ServerProcess(child, port, ended)
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /** Milliseconds of CPU it took so far; null where the system does not say. */
  cpuMs(): number | null {
    return cpuMs(this.#child.pid!)
  }

  /** Collects garbage, so that what is held in memory is in use. */
  async settle(): Promise<void> {
    await this.#ask('settle')
  }

  /** Begins a window of the probe. */
  async mark(): Promise<void> {
    await this.#ask('mark')
  }

  async read(): Promise<ProbeReading> {
    return (await this.#ask('read')) as ProbeReading // what the probe answers to this question
  }

  /** Asks it to end, and waits until it has. Safe to repeat. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await within(STOP_MS, 'a server to end', gone).catch(() => this.#child.kill('SIGKILL'))
  }

  #ask(question: string): Promise<unknown> {
    this.#lastQuestion += 1
    const id = this.#lastQuestion
    const answered = new Promise((resolve) => {
      const listen = (message: { id: number; answer: unknown }) => {
        if (message.id !== id) return
        this.#child.off('message', listen)
        resolve(message.answer)
      }
      this.#child.on('message', listen)
      this.#child.send({ id, question })
    })
    return within(ANSWER_MS, `the probe to ${question}`, Promise.race([answered, this.#ended]))
  }
}
