/**
 * An editor that types without holding the letter: it knows how long the letter is and how many ops it has
 * received, and nothing of the text. What is common to all protocols: the pace, and the counting.
 */

import { now } from './clock.ts'
import type { Pace, Seat, Target } from './orders.ts'
import type { Tally } from './tally.ts'
import { Wire } from './wire.ts'

/** Ops whose time of sending is remembered: others may hear of one when its author has typed the next. */
const REMEMBERED = 8

export interface Connection {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export abstract class Editor {
  readonly seat: Seat
  /** Ops of its own that were acknowledged. */
  acknowledged = 0
  /** When the newest op arrived, its own included. */
  arrivedAt = 0
  protected readonly tally: Tally
  /** Seq of the newest op of its own; the first is 1. */
  protected seq = 0
  readonly #wire: Wire
  readonly #sentAt = new Float64Array(REMEMBERED)
  #isInFlight = false
  #pace: Pace | null = null
  #timer: NodeJS.Timeout | undefined
  /** When the ops were due that wait for an acknowledgement. */
  #due: number[] = []
  #opened!: () => void
  readonly #opening: Promise<void>

  constructor(seat: Seat, target: Target, localAddress: string | undefined, tally: Tally) {
    this.seat = seat
    this.tally = tally
    this.#opening = new Promise((resolve) => {
      this.#opened = resolve
    })
    const { host, port } = target
    const { path, headers } = this.connection()
    this.#wire = new Wire(
      { host, port, path, headers, ...(localAddress === undefined ? {} : { localAddress }) },
      {
        opened: () => this.greet(this.#wire),
        message: (bytes, start, end) => this.receive(bytes, start, end),
        ended: (why) => this.tally.fail(`The socket of an editor ended: ${why}.`),
      },
    )
  }

  /** Resolves when the editor has the letter, and hears of every op from there on. A fault of it goes to the tally. */
  get opening(): Promise<void> {
    return this.#opening
  }

  /** The ops the letter has, as far as this editor has received them. */
  abstract get version(): number

  get isInFlight(): boolean {
    return this.#isInFlight
  }

  get behind(): number {
    return this.#due.length
  }

  protected get wire(): Wire {
    return this.#wire
  }

  protected abstract connection(): Connection
  /** The socket is open. */
  protected abstract greet(wire: Wire): void
  protected abstract receive(bytes: Buffer, start: number, end: number): void
  /** Sends op `seq`. */
  protected abstract submit(): void

  /** Begins to type, or stops when the pace is null. */
  type(pace: Pace | null): void {
    this.#pace = pace
    clearTimeout(this.#timer)
    if (pace?.kind === 'closed' && !this.#isInFlight) this.typeOne()
    // Everybody starts somewhere else within the first interval.
    if (pace?.kind === 'open')
      this.#beat(now() + (Math.random() * 1_000) / pace.opsPerSecond, pace.opsPerSecond)
    if (pace === null) this.#due = []
  }

  /** Answers when the op was sent. */
  typeOne(dueAt = now()): number {
    this.#isInFlight = true
    this.seq += 1
    this.#sentAt[this.seq % REMEMBERED] = dueAt
    this.submit()
    return dueAt
  }

  close(): void {
    this.type(null)
    this.#wire.close()
  }

  protected ready(): void {
    this.#opened()
  }

  protected hasBeenAcknowledged(): void {
    const at = now()
    this.acknowledged += 1
    this.tally.ops += 1
    this.tally.ack.record(at - this.#sentAt[this.seq % REMEMBERED]!)
    this.#isInFlight = false
    if (this.#pace?.kind === 'closed') this.typeOne(at)
    else if (this.#due.length > 0) this.typeOne(this.#due.shift())
  }

  /** An op arrived here that it had not received yet. `author` is known when it sits in this process. */
  protected hasArrived(author: Editor | undefined, seq: number): void {
    const at = now()
    this.arrivedAt = at
    this.tally.deliveries += 1
    if (author === undefined || author === this || seq <= author.seq - REMEMBERED) return
    this.tally.propagation.record(at - author.#sentAt[seq % REMEMBERED]!)
  }

  #beat(at: number, opsPerSecond: number): void {
    this.#timer = setTimeout(() => {
      const due = now()
      if (this.#isInFlight || this.#due.length > 0) this.#due.push(due)
      else this.typeOne(due)
      this.#beat(at + 1_000 / opsPerSecond, opsPerSecond)
    }, at - now())
  }
}
