import WebSocketJSONStream, { type EventTargetSocket } from '@teamwork/websocket-json-stream'
import { CLOSE } from '../../ot/wire.ts'
import type { Socket } from './socket.ts'

/** Ready states of a WebSocket. */
const OPEN = 1
const CLOSING = 2
const CLOSED = 3

/** What the stream closes with when its agent ends it. */
const NORMAL_CLOSURE = 1000

type Listener = (event: { data: string }) => void

/**
 * One client's socket as the stock stream wants it: a WebSocket of a browser's kind.
 *
 * The stream destroys itself with an error over anything that is not JSON, and over `null`; so only messages that our
 * own socket has taken for such get here, written out again. What it sends goes straight to ws, one frame a message.
 */
class StockSocket implements EventTargetSocket {
  readonly #socket: Socket
  readonly #listeners = new Map<string, Set<Listener>>()
  #state: typeof OPEN | typeof CLOSING | typeof CLOSED = OPEN

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (message: object) => this.#dispatch('message', JSON.stringify(message)))
    socket.once('close', () => {
      this.#state = CLOSED
      this.#dispatch('close', '')
    })
  }

  get readyState(): number {
    return this.#state === OPEN && !this.#socket.isOpen ? CLOSING : this.#state
  }

  addEventListener(event: string, listener: Listener): void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
  }

  removeEventListener(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener)
  }

  send(text: string, done: (error?: Error) => void): void {
    this.#socket.sendNow(text, done)
  }

  /** The codes of the stream say whose fault it was; ours say what the client should do. */
  close(code?: number): void {
    if (this.#state === OPEN) this.#state = CLOSING
    if (code === NORMAL_CLOSURE) this.#socket.end()
    else this.#socket.close(CLOSE.tryAgain, 'try again')
  }

  #dispatch(event: string, data: string): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener({ data })
  }
}

/** The stock stream over one client's socket, with what the gate and the agent ask of ours. */
export class StockStream extends WebSocketJSONStream {
  readonly socket: Socket

  constructor(socket: Socket) {
    super(new StockSocket(socket))
    this.socket = socket
    // Without this listener an error of the stream ends the process. What it is about, a socket that is closed while
    // something is written to it, is over when it gets here.
    this.on('error', () => undefined)
  }

  /** The source issued to this socket (rule S5). */
  get source(): string {
    return this.socket.source
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason)
  }
}
