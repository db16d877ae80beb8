/** A Redis of our own, on a free port of 127.0.0.1, which keeps nothing. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { PATIENCE_MS, until, within } from './deadline.ts'
import { freePort } from './free-port.ts'
import { mustEnd } from './leftovers.ts'
import { findRedis } from './programs.ts'
import { scratchFolder } from './scratch.ts'

export class RedisServer {
  readonly port: number
  readonly url: string
  readonly #program: string
  readonly #options: RedisOptions
  readonly #folder = scratchFolder('redis')
  readonly #forget: () => void
  #child: ChildProcess | null = null
  #output = ''

  private constructor(port: number, program: string, options: RedisOptions) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#program = program
    this.#options = options
    this.#forget = mustEnd(`Redis on port ${port}`, () => this.close())
  }

  /** To be closed by whoever made it. */
  static async create(options: RedisOptions = {}): Promise<RedisServer> {
    const program = findRedis()
    if (program === null) throw new Error('There is no redis-server on this machine.')
    const server = new RedisServer(await freePort(), program, options)
    await server.start()
    return server
  }

  /** On the port it had before. Resolves when it answers. */
  async start(): Promise<void> {
    if (this.#child !== null) throw new Error('This Redis is running already.')
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.#folder,
      save: '',
      appendonly: 'no',
      ...this.#options.settings,
    }
    const child = spawn(
      this.#program,
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      { detached: this.#options.detached ?? false, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    child.stdout.on('data', (chunk: Buffer) => {
      this.#output += chunk
    })
    child.once('exit', () => {
      if (this.#child === child) this.#child = null
    })
    this.#child = child
    await until('Redis to answer', async () => this.#child === null || (await answers(this.port)), {
      seen: () => this.#output.slice(-2_000),
    })
    if (this.#child === null) throw new Error(`Redis ended at its start:\n${this.#output.slice(-2_000)}`)
  }

  /** It keeps nothing, so how it is stopped makes a difference to its clients only. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await within(PATIENCE_MS, `Redis to stop (${signal})`, gone, () => this.#output.slice(-2_000))
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
    this.#forget()
  }

  /** null when it is stopped. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }
}

export interface RedisOptions {
  /** Beside our own: 127.0.0.1 only, nothing on disk. */
  readonly settings?: Readonly<Record<string, string>>
  /** A process group of its own, which Ctrl-C in a terminal does not reach. */
  readonly detached?: boolean
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (reply) => {
      socket.destroy()
      resolve(reply.toString().startsWith('+PONG'))
    })
    socket.once('error', () => resolve(false))
  })
}
