import { EventEmitter } from 'node:events'
import type { Socket as RawSocket } from 'node:net'
import type { WebSocket } from 'ws'
import { CLOSE } from '../../ot/wire.ts'
import type { Principal } from '../auth/principal.ts'
import type { DocumentKey } from '../doc/types.ts'
import { textFrame } from './frames.ts'
import { parseMessage } from './message.ts'
import { RateLimit } from './rate-limit.ts'
import type { AgentStream } from './sharedb.ts'

/**
 * Past this many waiting bytes a socket gets no more ops until it has taken what it has (rule R2). It is caught
 * up from where it was, so a slow reader costs this much memory and little more.
 */
const HIGH_WATER = 1024 * 1024
/** Bytes a socket may have waiting before it is closed: nothing but replies gets past the first mark. */
const MAX_BACKLOG = 8 * 1024 * 1024
/** Bytes of messages that may be in hand before the peer is read no further: thousands of edits, or some large ones. */
const MAX_IN_HAND = 2 * 1024 * 1024
/** Messages a second, and how many at once. A person sends 10; a replay of a queue, some hundreds. */
const MESSAGES_PER_SECOND = 2_000
const MESSAGE_BURST = 4_000

/**
 * One client's socket: opened for one document, by one member (idea 4), and the stream its ShareDB agent reads
 * and writes.
 *
 * What is written during one turn of the event loop leaves in one write: a write is a system call, and under
 * load most of the server's time goes into them. Frames are written to the TCP socket as they are, past ws'
 * own sender, so that one buffer can serve a whole room; each write is whole frames, so pings and closes of ws
 * fall between them.
 *
 * Emits `data` (a parsed message), `drain`, and once, at the end, `close`.
 */
export class Socket extends EventEmitter implements AgentStream {
  readonly key: DocumentKey
  readonly principal: Principal
  /** The source issued to this socket (rule S5). */
  readonly source: string
  /** Of the database, when the socket was opened (rule S9). */
  readonly epoch: string
  readonly #ws: WebSocket
  readonly #raw: RawSocket
  readonly #rate = new RateLimit(MESSAGES_PER_SECOND, MESSAGE_BURST)
  #out: Buffer[] = []
  #outBytes = 0
  /** Bytes of the message that is being told of, and of those that are still in hand. */
  #messageBytes = 0
  #inHand = 0
  #isTooFast = false
  #isOpen = true
  #missedPings = 0

  constructor(ws: WebSocket, raw: RawSocket, opened: Pick<Socket, 'key' | 'principal' | 'source' | 'epoch'>) {
    super()
    this.setMaxListeners(0) // one for each answer that waits for room
    this.#ws = ws
    this.#raw = raw
    this.key = opened.key
    this.principal = opened.principal
    this.source = opened.source
    this.epoch = opened.epoch
    ws.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary))
    ws.on('pong', () => {
      this.#missedPings = 0
    })
    // Broken frames, over-long messages, resets: ws closes the socket with the right code by itself.
    ws.on('error', () => undefined)
    ws.on('close', () => this.#ended())
    raw.on('drain', () => this.emit('drain'))
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Bytes that were sent to this socket and that the kernel has not taken yet. */
  get backlog(): number {
    return this.#outBytes + this.#raw.writableLength
  }

  /** It has more waiting than it should be sent ops beside; `drain` tells that it is worth asking again. */
  get isFull(): boolean {
    return this.backlog > HIGH_WATER
  }

  /** Resolves when it is not full any more, or has closed. */
  async hasRoom(): Promise<void> {
    while (this.isOpen && this.isFull) {
      await new Promise<void>((resolve) => this.once('drain', resolve).once('close', resolve))
    }
  }

  /** Sends one message. */
  write(message: object): boolean {
    this.send(textFrame(JSON.stringify(message)))
    return true
  }

  /** Sends whole frames; the buffer may be shared with other sockets, and must not change any more. */
  send(frames: Buffer): void {
    if (!this.#isOpen) return
    if (this.backlog > MAX_BACKLOG) return this.close(CLOSE.tooSlow, 'reads too slowly')
    if (this.#out.length === 0) flushSoon(this)
    this.#out.push(frames)
    this.#outBytes += frames.length
  }

  /** Sends one message at once, by ws itself: for a stream that does the waiting, and is measured with its costs. */
  sendNow(text: string, done: (error?: Error) => void): void {
    if (this.#isOpen) this.#ws.send(text, done)
    else done(new Error('the socket is closed'))
  }

  /** Writes what has gathered; called once per turn of the loop. */
  flush(): void {
    const out = this.#out
    this.#out = []
    this.#outBytes = 0
    if (!this.#isOpen || this.#raw.destroyed) return
    if (out.length === 1) {
      this.#raw.write(out[0]!)
    } else {
      this.#raw.cork()
      for (const frames of out) this.#raw.write(frames)
      this.#raw.uncork()
    }
    // What the kernel took at once leaves nothing to drain, and so no event.
    if (!this.#raw.writableNeedDrain) this.emit('drain')
  }

  /** Closes after what has gathered is written. Called again, it does nothing. */
  close(code: number, reason: string): void {
    if (!this.#isOpen) return
    this.flush()
    this.#isOpen = false
    this.#ws.close(code, reason)
    // A peer that never answers the close keeps its socket for 30 s; ws ends it then.
  }

  /** ShareDB's agent gives up on the client. */
  end(): void {
    this.close(CLOSE.malformed, 'not understood')
  }

  /** Asks whether the peer is still there; ends the socket when it has not answered twice. */
  ping(): void {
    if (this.#missedPings >= 2) return this.#ws.terminate()
    this.#missedPings++
    if (this.#isOpen) this.#ws.ping()
  }

  terminate(): void {
    this.#ws.terminate()
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!this.#isOpen) return
    const message = isBinary ? null : parseMessage(data.toString())
    if (message === null) return this.close(CLOSE.malformed, 'not a message')
    const waitMs = this.#rate.take(Date.now())
    if (waitMs > 0) this.#slowDown(waitMs)
    this.#messageBytes = data.length
    this.emit('data', message)
  }

  /**
   * The message that is being told of will take a while. A peer with too much in hand is not read until some of it is
   * done: what it has to say waits at its own end, and not in this process.
   *
   * @returns to be called once, when it is done
   */
  takeInHand(): () => void {
    const bytes = this.#messageBytes
    this.#inHand += bytes
    this.#pace()
    return () => {
      this.#inHand -= bytes
      this.#pace()
    }
  }

  /** A client that sends too fast is read more slowly: its own messages wait, and nobody else's. */
  #slowDown(waitMs: number): void {
    if (this.#isTooFast) return
    this.#isTooFast = true
    this.#pace()
    const later = () => {
      this.#isTooFast = false
      this.#pace()
    }
    setTimeout(later, waitMs).unref()
  }

  #pace(): void {
    const mustWait = this.#isTooFast || this.#inHand > MAX_IN_HAND
    if (mustWait === this.#ws.isPaused) return
    if (mustWait) this.#ws.pause()
    else this.#ws.resume()
  }

  #ended(): void {
    this.#isOpen = false
    this.#out = []
    this.#outBytes = 0
    this.emit('close')
    this.removeAllListeners()
  }
}

const dirty = new Set<Socket>()

function flushSoon(socket: Socket): void {
  if (dirty.size === 0) setImmediate(flushAll)
  dirty.add(socket)
}

function flushAll(): void {
  const sockets = [...dirty]
  dirty.clear()
  for (const socket of sockets) socket.flush()
}
