/** Three nodes as an operator runs them: processes on one database and one Redis, each on a port that it keeps. */

import { freePort } from '../harness/free-port.ts'
import { type Exit, type RunningServer, startServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'

const NODES = 3

export class Fleet {
  readonly #options: Readonly<Record<string, string>>
  /** By place: the processes that ran there, the one that runs there now last. */
  readonly #places: RunningServer[][]

  private constructor(options: Readonly<Record<string, string>>, nodes: readonly RunningServer[]) {
    this.#options = options
    this.#places = nodes.map((node) => [node])
  }

  /** @param options  DATABASE_URL, REDIS_URL and whatever else; to be stopped by whoever started it */
  static async start(options: Readonly<Record<string, string>>): Promise<Fleet> {
    const all = { JWT_SECRET: TEST_SECRET, LOG_LEVEL: 'debug', ...options }
    // One by one: the first one makes the tables.
    const nodes: RunningServer[] = []
    while (nodes.length < NODES) nodes.push(await startServer({ ...all, PORT: String(await freePort()) }))
    return new Fleet(all, nodes)
  }

  node(place: number): RunningServer {
    return this.#places[place]!.at(-1)!
  }

  get ports(): number[] {
    return this.#places.map((_, place) => this.node(place).port)
  }

  /** Sends a signal; resolves when the node has ended. */
  end(place: number, signal: NodeJS.Signals): Promise<Exit> {
    const node = this.node(place)
    node.kill(signal)
    return node.exited
  }

  /** Starts a node where one has ended; resolves when it serves. */
  async restart(place: number): Promise<void> {
    const PORT = String(this.node(place).port)
    this.#places[place]!.push(await startServer({ ...this.#options, PORT }))
  }

  /** How many sockets of a letter were opened at each place so far. */
  opened(letter: string): number[] {
    const line = new RegExp(`"document":"${letter}".*"a socket was opened"`, 'g')
    return this.#places.map((nodes) => nodes.flatMap((node) => node.stderr().match(line) ?? []).length)
  }

  stop(): Promise<Exit[]> {
    return Promise.all(this.#places.map((_, place) => this.node(place).stop()))
  }
}
