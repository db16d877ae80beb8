/** A socket that speaks ShareDB's protocol by hand: it says what it is told to, and keeps what it hears. */

import { EventEmitter, once } from 'node:events'
import { type ClientRequestArgs, request } from 'node:http'
import type { Socket as TcpSocket } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'
import { COLLAB_PATH } from '../../ot/wire.ts'
import { PATIENCE_MS, within } from '../harness/deadline.ts'

/** A message of the server. Whether it has these is for the test to find out. */
export interface Heard {
  readonly a: string
  readonly c?: string
  readonly d?: string
  readonly b?: unknown
  readonly id?: string
  readonly v?: number
  readonly src?: string
  readonly seq?: number
  readonly op?: unknown
  readonly data?: { readonly v: number; readonly data: { readonly ops: unknown[] }; readonly type: string }
  readonly fixup?: readonly { readonly op: unknown }[]
  readonly error?: { readonly code: string; readonly message: string }
}

export type Kind = string | Readonly<Partial<Heard>> | ((message: Heard) => boolean)

export type RawSocketOptions = Pick<ClientOptions, 'autoPong'>

export class RawSocket {
  readonly ws: WebSocket
  readonly letter: string
  /** Every message of the server so far, oldest first; `hears` takes none away. */
  readonly heard: Heard[] = []
  /** The source the server issued to this socket. */
  source = ''
  readonly #news = new EventEmitter()
  readonly #closed: Promise<number>
  /** The newest version it has heard of. */
  version = 0
  #tcp: TcpSocket | null = null
  /** Messages up to here have been waited for. */
  #read = 0
  #said = 0
  #seq = 0

  private constructor(ws: WebSocket, letter: string) {
    this.ws = ws
    this.letter = letter
    ws.on('upgrade', (response) => {
      this.#tcp = response.socket
    })
    ws.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString()) as Heard))
    ws.on('error', () => undefined) // a reset is a way to close
    this.#closed = new Promise((resolve) => ws.on('close', (code) => resolve(code)))
    ws.on('close', () => this.#news.emit('news'))
  }

  /** Connects and waits for the greeting, or for the close that stands in its place. */
  static async open(
    serverUrl: string,
    letter: string,
    headers: Readonly<Record<string, string>>,
    options: RawSocketOptions = {},
  ): Promise<RawSocket> {
    const ws = new WebSocket(addressOf(serverUrl, letter), { ...options, headers })
    const socket = new RawSocket(ws, letter)
    await socket.hears('init').catch(() => socket.closed())
    socket.source = socket.heard[0]?.id ?? ''
    return socket
  }

  #hear(message: Heard): void {
    this.heard.push(message)
    if (message.a === 'op' && message.error === undefined)
      this.version = Math.max(this.version, message.v! + 1)
    if (message.data !== undefined) this.version = Math.max(this.version, message.data.v)
    this.#news.emit('news')
  }

  /** The connection below, for bytes that no client sends. */
  get tcp(): TcpSocket {
    return this.#tcp!
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN
  }

  /** Sends a message as JSON; a string or bytes are sent as they are. */
  say(message: object | string | Buffer): void {
    this.#said++
    this.ws.send(typeof message === 'object' && !Buffer.isBuffer(message) ? JSON.stringify(message) : message)
  }

  /** Says something about its letter. */
  tell(a: string, more: object = {}): void {
    this.say({ a, c: 'letters', d: this.letter, ...more })
  }

  /** Sends an op made against `v`. @returns its seq */
  edit(v: number | null, op: unknown, more: object = {}): number {
    this.#seq += 1
    this.tell('op', { v, seq: this.#seq, op, ...more })
    return this.#seq
  }

  /** The next message that is of that kind; what came before it has been passed over. */
  async hears(kind: Kind): Promise<Heard> {
    const isIt = predicateOf(kind)
    for (;;) {
      for (; this.#read < this.heard.length; this.#read++) {
        const message = this.heard[this.#read]!
        if (isIt(message)) {
          this.#read++
          return message
        }
      }
      if (this.ws.readyState === WebSocket.CLOSED) throw new Error(this.#describe(kind))
      await within(
        PATIENCE_MS,
        `a message like ${describe(kind)}`,
        once(this.#news, 'news'),
        () => this.heard,
      )
    }
  }

  /** Says `a` about its letter and waits for the answer. */
  async ask(a: string, more: object = {}): Promise<Heard> {
    this.tell(a, more)
    return this.hears(a)
  }

  /** Subscribes from `v`, or from a snapshot. @returns the version it is at */
  async subscribe(v?: number): Promise<number> {
    const answer = await this.ask('s', v === undefined ? {} : { v })
    if (answer.error) throw new Error(`the subscription was refused: ${JSON.stringify(answer.error)}`)
    return answer.data?.v ?? v!
  }

  /** Everything the server had to say to what was said before has arrived. */
  async hasHeardAll(): Promise<void> {
    this.say({ a: 'pp' })
    await this.hears('pp')
  }

  /** Everything it heard so far, which is then forgotten: for those who hear more than they can keep. */
  takeHeard(): Heard[] {
    this.#read = 0
    return this.heard.splice(0)
  }

  /** How many messages it has sent since it was asked last. */
  takeCountOfSaid(): number {
    const said = this.#said
    this.#said = 0
    return said
  }

  /** The ops it was sent, acknowledgements included, oldest first. */
  get ops(): Heard[] {
    return this.heard.filter(({ a }) => a === 'op')
  }

  /** The code the socket closes with, or closed with. */
  closed(): Promise<number> {
    return within(PATIENCE_MS, 'the socket to close', this.#closed, () => this.heard.slice(-3))
  }

  /** Stops reading: what the server sends waits in the kernel, then in the server. */
  pause(): void {
    this.ws.pause()
  }

  resume(): void {
    this.ws.resume()
  }

  async close(): Promise<void> {
    this.ws.close()
    await this.closed()
  }

  #describe(kind: Kind): string {
    return `the socket closed before a message like ${describe(kind)}; heard: ${JSON.stringify(this.heard.slice(-3))}`
  }
}

/** The status of the answer to an upgrade request. */
export async function upgradeStatus(...asked: Parameters<typeof upgrade>): Promise<number> {
  const { status, raw } = await upgrade(...asked)
  raw?.destroy()
  return status
}

/**
 * The bare TCP connection of a socket, for bytes that no WebSocket client sends.
 *
 * @returns `raw` when the server took the upgrade
 */
export function upgrade(
  serverUrl: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly raw: TcpSocket | null }> {
  const { hostname, port } = new URL(serverUrl)
  const asks = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  }
  const options: ClientRequestArgs = { hostname, port, path, headers: { ...asks, ...headers } }
  return new Promise((resolve, reject) => {
    const asked = request(options)
    asked.on('response', (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, raw: null })
    })
    asked.on('upgrade', (_response, raw: TcpSocket) => resolve({ status: 101, raw }))
    asked.on('error', reject)
    asked.end()
  })
}

export function addressOf(serverUrl: string, letter: string): string {
  return `${serverUrl.replace(/^http/, 'ws')}${COLLAB_PATH}${letter}`
}

function predicateOf(kind: Kind): (message: Heard) => boolean {
  if (typeof kind === 'function') return kind
  const wanted = typeof kind === 'string' ? { a: kind } : kind
  return (message) => Object.entries(wanted).every(([key, value]) => message[key as keyof Heard] === value)
}

function describe(kind: Kind): string {
  return typeof kind === 'function' ? kind.toString() : JSON.stringify(kind)
}
