import { CollabError } from '../../ot/errors.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { CLOSE } from '../../ot/wire.ts'
import type { Document } from '../doc/document.ts'
import type { DocumentListener } from '../doc/types.ts'
import { opFrames } from './frames.ts'
import type { Socket } from './socket.ts'

/** How soon a socket that is behind tries again when the log cannot be read. */
const RETRY_MS = 1_000

/** A socket's place in a room. */
export interface Membership {
  /** Leaves the room; may be called again. */
  destroy(): void
}

/**
 * Everybody who reads one document on this node. Each commit is turned into bytes once and handed to every
 * socket (rule R1).
 */
export class Room implements DocumentListener {
  readonly #document: Document
  readonly #seats = new Set<Seat>()
  #unsubscribe: (() => void) | null = null

  constructor(document: Document) {
    this.#document = document
  }

  get size(): number {
    return this.#seats.size
  }

  /** From now on the socket hears of ops after `version`, which must be the durable version. */
  join(socket: Socket, version: number): Membership {
    const seat: Seat = { socket, version, isBehind: false, onDrain: () => this.#catchUp(seat) }
    this.#seats.add(seat)
    this.#unsubscribe ??= this.#document.subscribe(this)
    return { destroy: () => this.#leave(seat) }
  }

  committed(ops: readonly LoggedOp[]): void {
    const frames = opFrames(this.#document.key, ops)
    const version = ops[ops.length - 1]!.version
    for (const seat of this.#seats) {
      if (seat.isBehind) continue
      if (seat.socket.isFull) {
        seat.isBehind = true
        seat.socket.once('drain', seat.onDrain)
        continue
      }
      seat.socket.send(frames)
      seat.version = version
    }
  }

  #leave(seat: Seat): void {
    if (!this.#seats.delete(seat)) return
    seat.socket.removeListener('drain', seat.onDrain)
    if (this.#seats.size > 0) return
    this.#unsubscribe?.()
    this.#unsubscribe = null
  }

  /** Sends what a slow socket has missed, in pieces it can take, until it is level with the others. */
  async #catchUp(seat: Seat): Promise<void> {
    while (seat.socket.isOpen && this.#seats.has(seat)) {
      if (seat.socket.isFull) return void seat.socket.once('drain', seat.onDrain)
      const missed = this.#document.ops(seat.version, Number.POSITIVE_INFINITY)
      // Not a promise: nothing can be committed between this look and the flag.
      if ('then' in missed) {
        try {
          this.#send(seat, await missed)
        } catch (error) {
          return this.#couldNotRead(seat, error)
        }
      } else if (missed.length === 0) {
        seat.isBehind = false
        return
      } else {
        this.#send(seat, missed)
      }
    }
  }

  /** A database that is away comes back, and the socket waits for it; what the log does not hold never comes. */
  #couldNotRead(seat: Seat, error: unknown): void {
    if (error instanceof CollabError) seat.socket.close(CLOSE.tryAgain, 'try again')
    else setTimeout(seat.onDrain, RETRY_MS).unref()
  }

  #send(seat: Seat, ops: readonly LoggedOp[]): void {
    if (ops.length === 0) return
    seat.socket.send(opFrames(this.#document.key, ops))
    seat.version = ops[ops.length - 1]!.version
  }
}

interface Seat {
  readonly socket: Socket
  /** The last version sent to it. */
  version: number
  isBehind: boolean
  readonly onDrain: () => void
}
