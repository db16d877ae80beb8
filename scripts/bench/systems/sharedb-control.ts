/** Prepares and reads letters over ShareDB's protocol, on our server and on the stock ones alike. */

import { COLLAB_PATH } from '../../../ot/wire.ts'
import type { Target } from '../load/orders.ts'
import { MessageSocket } from './message-socket.ts'
import type { Content, Head } from './system.ts'

const COLLECTION = 'letters'
export const RICH_TEXT = 'http://sharejs.org/types/rich-text/v1'

interface Message {
  readonly a: string
  readonly v?: number
  readonly src?: string
  readonly seq?: number
  readonly id?: string
  readonly data?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

export class SharedbControl {
  readonly #socket: MessageSocket<Message>
  readonly #address: { readonly c: string; readonly d: string }
  readonly #source: string
  #seq = 0

  private constructor(socket: MessageSocket<Message>, id: string, source: string) {
    this.#socket = socket
    this.#address = { c: COLLECTION, d: id }
    this.#source = source
  }

  static async open({ host, port }: Target, id: string, token: string): Promise<SharedbControl> {
    const url = `ws://${host}:${port}${COLLAB_PATH}${id}`
    const headers = { authorization: `Bearer ${token}` }
    const socket = await MessageSocket.open(url, headers, (data) => JSON.parse(String(data)) as Message) // from a server we started
    socket.send(JSON.stringify({ a: 'hs', id: null, protocol: 1, protocolMinor: 2 }))
    const { id: source } = await answer(socket, ({ a }) => a === 'hs')
    return new SharedbControl(socket, id, source!)
  }

  /** Creates the letter, as version 1, with a newline in it. */
  async create(): Promise<void> {
    await this.#submit({ v: 0, create: { type: RICH_TEXT, data: [{ insert: '\n' }] } })
  }

  /** Puts the content in front of the newline that is there already. */
  async fill(version: number, content: Content): Promise<void> {
    const last = content.at(-1)!
    if (!last.insert.endsWith('\n')) throw new Error('A letter ends with a newline.')
    const body = [...content.slice(0, -1), { ...last, insert: last.insert.slice(0, -1) }]
    await this.#submit({ v: version, op: body.filter(({ insert }) => insert !== '') })
  }

  /**
   * Sends ops one behind the other without waiting, each made on the version that the one before it makes, and waits for all
   * acknowledgements. Nobody else may edit the letter.
   */
  async pour(version: number, ops: readonly unknown[]): Promise<void> {
    for (const [index, op] of ops.entries()) this.#send({ v: version + index, op })
    const { seq } = this
    await this.#answer((message) => this.#isOwn(message) && message.seq === seq)
  }

  get seq(): number {
    return this.#seq
  }

  async head(): Promise<Head> {
    this.#socket.send(JSON.stringify({ a: 'f', ...this.#address }))
    const { data } = await this.#answer(({ a }) => a === 'f')
    const snapshot = data as { v: number; data: { ops: Content } | Content } // a fetched letter
    const ops = 'ops' in snapshot.data ? snapshot.data.ops : snapshot.data
    const text = ops.map(({ insert }) => insert).join('')
    return { version: snapshot.v, length: text.length, text }
  }

  /** Reads the letter as it was. @returns milliseconds it took, and the length */
  async readVersion(version: number): Promise<{ ms: number; length: number }> {
    const start = performance.now()
    this.#socket.send(JSON.stringify({ a: 'nf', id: version, ...this.#address, v: version }))
    const { data } = await this.#answer(({ a }) => a === 'nf')
    const ms = performance.now() - start
    const ops = Array.isArray(data) ? (data as Content) : (data as { ops: Content }).ops
    return { ms, length: ops.reduce((sum, { insert }) => sum + insert.length, 0) }
  }

  close(): void {
    this.#socket.close()
  }

  async #submit(op: object): Promise<void> {
    this.#send(op)
    const { seq } = this
    await this.#answer((message) => this.#isOwn(message) && message.seq === seq)
  }

  #send(op: object): void {
    this.#seq += 1
    this.#socket.send(JSON.stringify({ a: 'op', ...this.#address, seq: this.#seq, x: {}, ...op }))
  }

  #isOwn({ a, src }: Message): boolean {
    return a === 'op' && src === this.#source
  }

  #answer(isWanted: (message: Message) => boolean): Promise<Message> {
    return answer(this.#socket, isWanted)
  }
}

async function answer(
  socket: MessageSocket<Message>,
  isWanted: (message: Message) => boolean,
): Promise<Message> {
  const message = await socket.next((candidate) => candidate.error !== undefined || isWanted(candidate))
  if (message.error === undefined) return message
  throw new Error(`The server refused a message: ${message.error.message} (${message.error.code}).`)
}
