/** A program that speaks the protocol by hand, and may say what no client says. */

import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { COLLAB_PATH } from '../../ot/wire.ts'
import { PATIENCE_MS, until, within } from '../../test/harness/deadline.ts'

/** What is read of a message of the server. */
export interface Heard {
  readonly a?: string
  readonly id?: string
  readonly v?: number
  readonly src?: string
  readonly seq?: number
  readonly data?: { readonly v: number }
  readonly error?: { readonly code: string }
}

/** Emits `heard` with every message, and `closed`. */
export class Visitor extends EventEmitter {
  readonly letter: string
  /** The source the server has issued to it. */
  source = ''
  /** The newest version it has heard of. */
  version = 0
  /** How many messages it has heard. */
  messages = 0
  /** The code its socket was closed with; null while it is open. */
  closedWith: number | null = null
  readonly #ws: WebSocket
  /** The connection below. */
  #tcp: Socket | null = null
  #seq = 0

  private constructor(ws: WebSocket, letter: string) {
    super()
    this.#ws = ws
    this.letter = letter
    ws.on('upgrade', (response) => {
      this.#tcp = response.socket
    })
    ws.on('message', (data) => this.#hear(JSON.parse(String(data)) as Heard))
    ws.on('error', () => undefined) // it closes, too
    ws.on('close', (code) => {
      this.closedWith = code
      this.emit('closed')
    })
  }

  /** Resolves when it has been greeted or closed. */
  static async at(url: string, letter: string, token: string): Promise<Visitor> {
    const headers = { authorization: `Bearer ${token}` }
    const ws = new WebSocket(url.replace(/^http/, 'ws') + COLLAB_PATH + letter, { headers })
    const visitor = new Visitor(ws, letter)
    await until('a greeting', () => visitor.messages > 0 || visitor.closedWith !== null)
    return visitor
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  say(message: object | string | Buffer): void {
    if (!this.isOpen) return
    this.#ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  /** Bytes that are no frames, after which it is over. */
  sayBytes(bytes: Buffer): void {
    this.#tcp?.end(bytes)
  }

  /** Hears what is new from here on. */
  async subscribe(): Promise<void> {
    const answer = this.#hears(({ a }) => a === 's')
    this.say({ a: 's', c: 'letters', d: this.letter })
    await answer
  }

  /**
   * @param version  it is made against; null for the newest one there is
   * @returns what has become of it: the version it was made into, the code it was refused with, or that it was closed
   */
  async edit(op: unknown, version: number | null = null): Promise<number | string> {
    const seq = ++this.#seq
    const answer = this.#hears((heard) => heard.a === 'op' && heard.src === this.source && heard.seq === seq)
    this.say({ a: 'op', c: 'letters', d: this.letter, v: version, seq, src: this.source, op, x: {} })
    const heard = await answer
    if (heard === null) return `closed with ${this.closedWith}`
    return heard.error?.code ?? heard.v! + 1
  }

  /** Everything the server had to say to what was said before has arrived, or it is closed. */
  async hasHeardAll(): Promise<void> {
    const answer = this.#hears(({ a }) => a === 'pp')
    this.say({ a: 'pp' })
    await answer
  }

  /** Stops reading. */
  pause(): void {
    this.#ws.pause()
  }

  async close(): Promise<void> {
    if (this.closedWith !== null) return
    this.#ws.terminate()
    await once(this, 'closed')
  }

  #hear(message: Heard): void {
    const { a, id, v, data, error } = message
    this.messages++
    if (a === 'init' && id !== undefined) this.source = id
    if (a === 'op' && v !== undefined && !error) this.version = Math.max(this.version, v + 1)
    if (data !== undefined) this.version = Math.max(this.version, data.v)
    this.emit('heard', message)
  }

  /** null when it closes first. */
  #hears(isIt: (message: Heard) => boolean): Promise<Heard | null> {
    if (this.closedWith !== null) return Promise.resolve(null)
    let listen: (message: Heard) => void
    let close: () => void
    const heard = new Promise<Heard | null>((resolve) => {
      listen = (message) => {
        if (isIt(message)) resolve(message)
      }
      close = () => resolve(null)
      this.on('heard', listen).once('closed', close)
    })
    return within(PATIENCE_MS, 'an answer', heard).finally(() =>
      this.off('heard', listen).off('closed', close),
    )
  }
}
