/**
 * A program that belongs to the bed and does what it is ordered to: an order goes to its process, the answer comes back.
 * It ends when the bed does.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { within } from '../../test/harness/deadline.ts'

const ORDER_MS = 30_000

/** What may be ordered: by name, what it takes and what it answers. Both travel as JSON. */
export type Orders = { readonly [name: string]: readonly [order: unknown, answer: unknown] }

interface Order {
  readonly id: number
  readonly name: string
  readonly with: unknown
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }

/** The bed's end. */
export class Program<O extends Orders> {
  readonly #child: ChildProcess
  readonly #what: string
  readonly #ended: Promise<never>
  #lastOrder = 0

  /** @param file  URL of a program that calls `obey` */
  constructor(what: string, file: URL, args: readonly string[] = []) {
    this.#what = what
    this.#child = fork(file, args, { execArgv: ['--import', 'tsx'] })
    this.#child.setMaxListeners(100)
    this.#ended = once(this.#child, 'exit').then(([code, signal]): never => {
      throw new Error(`${what} ended (${signal ?? `exit code ${code}`}).`)
    })
    this.#ended.catch(() => undefined)
  }

  get pid(): number {
    return this.#child.pid!
  }

  order<N extends keyof O & string>(name: N, order: O[N][0]): Promise<O[N][1]> {
    this.#lastOrder += 1
    const id = this.#lastOrder
    const answered = new Promise<O[N][1]>((resolve, reject) => {
      const listen = (answer: Answer) => {
        if (answer.id !== id) return
        this.#child.off('message', listen)
        if ('error' in answer) reject(new Error(`${this.#what}, ${name}: ${answer.error}`))
        else resolve(answer.value as O[N][1]) // what the program answers to this order
      }
      this.#child.on('message', listen)
      this.#child.send({ id, name, with: order } satisfies Order)
    })
    return within(ORDER_MS, `${this.#what} to ${name}`, Promise.race([answered, this.#ended]))
  }

  /** SIGKILL. Resolves when it is gone. Safe to repeat. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}

/** The program's end. */
export function obey<O extends Orders>(
  handlers: {
    readonly [N in keyof O & string]: (order: O[N][0]) => O[N][1] | Promise<O[N][1]>
  },
): void {
  const obeyed = async ({ name, with: order }: Order): Promise<unknown> => handlers[name]!(order)
  process.on('message', (order: Order) => {
    const reply = (answer: Answer) => process.send!(answer)
    obeyed(order).then(
      (value) => reply({ id: order.id, value: value ?? null }),
      (error: unknown) =>
        reply({ id: order.id, error: (error instanceof Error ? error.stack : null) ?? String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(1))
  // Ctrl-C in a terminal reaches everybody; the bed decides when this ends.
  process.on('SIGINT', () => undefined)
}
