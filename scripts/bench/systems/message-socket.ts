/** A WebSocket for preparing and checking, where speed does not matter: messages in, and a wait for the one that is wanted. */

import { WebSocket } from 'ws'
import { within } from '../../../test/harness/deadline.ts'

const ANSWER_MS = 60_000

export class MessageSocket<Message> {
  readonly #socket: WebSocket
  readonly #arrived: Message[] = []
  #wake: () => void = () => undefined
  #closed: string | null = null

  private constructor(socket: WebSocket, parse: (data: Buffer) => Message) {
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      this.#arrived.push(parse(data))
      this.#wake()
    })
    socket.on('error', (error) => this.#end(error.message))
    socket.on('close', (code) => this.#end(`closed with ${code}`))
  }

  static async open<Message>(
    url: string,
    headers: Readonly<Record<string, string>>,
    parse: (data: Buffer) => Message,
  ): Promise<MessageSocket<Message>> {
    const socket = new MessageSocket(new WebSocket(url, { headers, perMessageDeflate: false }), parse)
    await within(ANSWER_MS, 'a socket to open', socket.#opened())
    return socket
  }

  send(data: string | Uint8Array): void {
    this.#socket.send(data)
  }

  /** The next message that is wanted; those before it are dropped. */
  async next<Wanted extends Message>(isWanted: (message: Message) => message is Wanted): Promise<Wanted>
  async next(isWanted: (message: Message) => boolean): Promise<Message>
  async next(isWanted: (message: Message) => boolean): Promise<Message> {
    return within(ANSWER_MS, 'an answer of a server', this.#find(isWanted))
  }

  close(): void {
    this.#socket.removeAllListeners('message')
    this.#socket.terminate()
  }

  async #find(isWanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const message = this.#arrived.shift()
      if (message !== undefined) {
        if (isWanted(message)) return message
        continue
      }
      if (this.#closed !== null) throw new Error(`The socket to a server ended: ${this.#closed}.`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('open', resolve)
      this.#socket.once('close', () => reject(new Error(`A socket did not open: ${this.#closed}.`)))
    })
  }

  #end(why: string): void {
    this.#closed ??= why
    this.#wake()
  }
}
