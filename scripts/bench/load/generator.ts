/**
 * A process of its own that makes load: it holds some of the editors and does what the bench orders, one order at a time.
 * It ends when the bench does.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { now } from './clock.ts'
import type { Editor } from './editor.ts'
import { EDITORS } from './opening.ts'
import type { Answer, Order, OrderName, Orders, Pace, Seat, Target } from './orders.ts'
import { Tally } from './tally.ts'

const POLL_MS = 5
/** By then every op of a server that is far behind has been answered, or never will be. */
const QUIET_MS = 30_000

/** Each generator connects from an address of its own: one address has too few ports for 10,000 sockets and what else runs. */
const localAddress =
  process.platform === 'linux' ? `127.0.0.${2 + Number(process.env.BENCH_GENERATOR)}` : undefined

let editors: Editor[] = []
let windowStart = { at: 0, cpu: process.cpuUsage() }
let onFault: (why: Error) => void = () => undefined
const tally = new Tally(() => onFault(new Error(tally.fault!)))

type Handlers = { readonly [N in OrderName]: (order: Orders[N][0]) => Orders[N][1] | Promise<Orders[N][1]> }

const handlers: Handlers = {
  async open({ target, seats, atOnce }) {
    const start = now()
    const waiting = [...seats]
    await Promise.all(Array.from({ length: atOnce }, () => openAll(waiting, target)))
    return { seconds: (now() - start) / 1_000 }
  },

  type({ pace }) {
    setPace(pace)
    return null
  },

  mark() {
    tally.reset()
    windowStart = { at: now(), cpu: process.cpuUsage() }
    return null
  },

  stop() {
    const ms = now() - windowStart.at
    const { user, system } = process.cpuUsage(windowStart.cpu)
    const behind = editors.reduce((sum, editor) => sum + editor.behind, 0)
    const { ops, deliveries } = tally
    const window = {
      ...{ seconds: ms / 1_000, ops, behind, deliveries },
      ...{ ack: tally.ack.toCounts(), propagation: tally.propagation.toCounts() },
      cpuShare: (user + system) / 1_000 / ms,
    }
    setPace(null)
    return window
  },

  async drain() {
    await quiet('acknowledgements', () => editors.filter((editor) => editor.isInFlight).length)
    const acknowledged: Record<string, number> = {}
    for (const { seat, acknowledged: ops } of editors) {
      acknowledged[seat.letter.id] = (acknowledged[seat.letter.id] ?? 0) + ops
    }
    return { acknowledged, outOfOrder: tally.outOfOrder }
  },

  async level({ heads }) {
    const isBehind = ({ seat, version }: Editor) => version !== heads[seat.letter.id]
    await quiet('editors to receive every op', () => editors.filter(isBehind).length)
    return null
  },

  typeOne({ letter }) {
    return { sentAt: editors.find(({ seat }) => seat.letter.id === letter)!.typeOne() }
  },

  async arrivals({ letter, head }) {
    const readers = editors.filter(({ seat }) => seat.letter.id === letter)
    await quiet('readers to receive an op', () => readers.filter(({ version }) => version !== head).length)
    return { at: readers.map(({ arrivedAt }) => arrivedAt) }
  },

  close() {
    for (const editor of editors) editor.close()
    editors = []
    return null
  },
}

async function openAll(waiting: Seat[], target: Target): Promise<void> {
  for (let seat = waiting.shift(); seat !== undefined; seat = waiting.shift()) {
    const editor = new EDITORS[target.protocol](seat, target, localAddress, tally)
    editors.push(editor)
    await editor.opening
  }
}

function setPace(pace: Pace | null): void {
  for (const editor of editors) editor.type(pace)
}

async function quiet(what: string, left: () => number): Promise<void> {
  const deadline = now() + QUIET_MS
  while (left() > 0) {
    if (now() > deadline) throw new Error(`Waited ${QUIET_MS} ms for ${what}; ${left()} are missing.`)
    await pause(POLL_MS)
  }
}

/** Does an order, unless a socket breaks first. */
async function obey<N extends OrderName>(order: { name: N; with: Orders[N][0] }): Promise<unknown> {
  if (tally.fault !== null && order.name !== 'close') throw new Error(tally.fault)
  const broken = new Promise<never>((_, reject) => {
    onFault = reject
  })
  return Promise.race([broken, handlers[order.name](order.with)])
}

process.on('message', (order: Order) => {
  const reply = (answer: Answer) => process.send!(answer)
  obey(order).then(
    (value) => reply({ id: order.id, value }),
    (error: Error) => reply({ id: order.id, error: error.message }),
  )
})
process.on('disconnect', () => process.exit(1))
