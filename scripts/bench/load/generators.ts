/** The processes that make the load, seen from the bench: an order goes to each of them, and their answers come together. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { within } from '../../../test/harness/deadline.ts'
import { Histogram, type Percentiles } from './histogram.ts'
import type { Answer, OrderName, Orders, Pace, Seat, Target, Window } from './orders.ts'

const PROGRAM = fileURLToPath(new URL('./generator.ts', import.meta.url))

/** Longer than a generator waits for a server by itself. */
const ORDER_MS = 40_000
/** Ten thousand sockets, on a slow server. */
const OPEN_MS = 300_000

/** What all generators together saw in one window. */
export interface LoadWindow {
  readonly seconds: number
  readonly ops: number
  readonly behind: number
  readonly deliveries: number
  readonly ack: Percentiles | null
  readonly propagation: Percentiles | null
  readonly cpuShares: readonly number[]
}

export class Generators {
  readonly #children: readonly ChildProcess[]
  #lastOrder = 0
  /** Ends the wait of every order when a generator is gone. */
  readonly #ended: Promise<never>

  constructor(count: number) {
    this.#children = Array.from({ length: count }, (_, index) =>
      fork(PROGRAM, {
        execArgv: ['--import', 'tsx'],
        env: { ...process.env, BENCH_GENERATOR: String(index) },
      }),
    )
    this.#ended = Promise.race(this.#children.map(endOf))
    this.#ended.catch(() => undefined)
  }

  get count(): number {
    return this.#children.length
  }

  /**
   * Opens a socket for each seat. Seats of one letter are spread over the generators as they come, unless `togetherBy`
   * names what must stay in one process.
   *
   * @returns seconds until the last one was open
   */
  async open(
    target: Target,
    seats: readonly Seat[],
    { atOnce = 16, togetherBy }: { atOnce?: number; togetherBy?: (index: number) => number } = {},
  ): Promise<number> {
    const shares = this.#children.map((_, child) =>
      seats.filter((_, index) => (togetherBy?.(index) ?? index) % this.count === child),
    )
    const answers = await Promise.all(
      shares.map((share, child) => this.#order(child, 'open', { target, seats: share, atOnce }, OPEN_MS)),
    )
    return Math.max(...answers.map(({ seconds }) => seconds))
  }

  async type(pace: Pace): Promise<void> {
    await this.#all('type', { pace })
  }

  async mark(): Promise<void> {
    await this.#all('mark', null)
  }

  async stop(): Promise<LoadWindow> {
    const windows = await this.#all('stop', null)
    const sum = (of: (window: Window) => number) => windows.reduce((total, window) => total + of(window), 0)
    const together = (of: (window: Window) => Window['ack']) => {
      const histogram = new Histogram()
      for (const window of windows) histogram.add(of(window))
      return histogram.percentiles()
    }
    return {
      seconds: sum(({ seconds }) => seconds) / windows.length,
      ops: sum(({ ops }) => ops),
      behind: sum(({ behind }) => behind),
      deliveries: sum(({ deliveries }) => deliveries),
      ack: together(({ ack }) => ack),
      propagation: together(({ propagation }) => propagation),
      cpuShares: windows.map(({ cpuShare }) => cpuShare),
    }
  }

  /** Waits until everything typed is acknowledged. Answers how many ops that were, by letter, since the sockets were opened. */
  async drain(): Promise<{ acknowledged: ReadonlyMap<string, number>; outOfOrder: number }> {
    const answers = await this.#all('drain', null)
    const acknowledged = new Map<string, number>()
    for (const answer of answers) {
      for (const [letter, ops] of Object.entries(answer.acknowledged)) {
        acknowledged.set(letter, (acknowledged.get(letter) ?? 0) + ops)
      }
    }
    return { acknowledged, outOfOrder: answers.reduce((sum, answer) => sum + answer.outOfOrder, 0) }
  }

  async level(heads: Readonly<Record<string, number>>): Promise<void> {
    await this.#all('level', { heads })
  }

  /** One editor types one op. @returns milliseconds until it reached each reader of the letter */
  async broadcast(letter: string, head: number): Promise<number[]> {
    const { sentAt } = await this.#order(0, 'typeOne', { letter })
    const answers = await this.#all('arrivals', { letter, head })
    return answers.flatMap(({ at }) => at.map((arrivedAt) => arrivedAt - sentAt))
  }

  async closeSockets(): Promise<void> {
    await this.#all('close', null)
  }

  /** Ends the processes. */
  async close(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      }),
    )
  }

  #all<N extends OrderName>(name: N, order: Orders[N][0]): Promise<Orders[N][1][]> {
    return Promise.all(this.#children.map((_, child) => this.#order(child, name, order)))
  }

  #order<N extends OrderName>(
    child: number,
    name: N,
    order: Orders[N][0],
    patienceMs = ORDER_MS,
  ): Promise<Orders[N][1]> {
    const process = this.#children[child]!
    this.#lastOrder += 1
    const id = this.#lastOrder
    const answered = new Promise<Orders[N][1]>((resolve, reject) => {
      const listen = (answer: Answer) => {
        if (answer.id !== id) return
        process.off('message', listen)
        if ('error' in answer) reject(new Error(answer.error))
        else resolve(answer.value as Orders[N][1]) // what the generator answers to this order
      }
      process.on('message', listen)
      process.send({ id, name, with: order })
    })
    return within(patienceMs, `a generator to ${name}`, Promise.race([answered, this.#ended]))
  }
}

function endOf(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(`A generator ended (${signal ?? `exit code ${code}`}).`)),
    )
  })
}
