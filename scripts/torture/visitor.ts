/** A program that speaks the protocol by hand, and may say what no client says. */

import { once } from 'node:events'
import { WebSocket } from 'ws'
import { COLLAB_PATH } from '../../ot/wire.ts'
import { until } from '../../test/harness/deadline.ts'

/** What is read of a message of the server. */
export interface Heard {
  readonly a?: string
  readonly id?: string
  readonly v?: number
  readonly src?: string
  readonly seq?: number
  readonly data?: unknown
  readonly error?: { readonly code: string }
}

export class Visitor {
  readonly #ws: WebSocket
  readonly #letter: string
  readonly heard: Heard[] = []
  /** The code its socket was closed with; null while it is open. */
  closedWith: number | null = null
  #seq = 0

  private constructor(ws: WebSocket, letter: string) {
    this.#ws = ws
    this.#letter = letter
    ws.on('message', (data) => this.heard.push(JSON.parse(String(data)) as Heard))
    ws.on('error', () => undefined) // it closes, too
    ws.on('close', (code) => {
      this.closedWith = code
    })
  }

  /** Resolves when it has been greeted or closed. */
  static async at(url: string, letter: string, token: string): Promise<Visitor> {
    const headers = { authorization: `Bearer ${token}` }
    const visitor = new Visitor(
      new WebSocket(url.replace(/^http/, 'ws') + COLLAB_PATH + letter, { headers }),
      letter,
    )
    await until('a greeting', () => visitor.heard.length > 0 || visitor.closedWith !== null)
    return visitor
  }

  say(message: object): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify(message))
  }

  /** @returns what has become of it: acknowledged at that version, refused with that code, or closed */
  async edit(op: unknown): Promise<number | string> {
    const seq = ++this.#seq
    const source = this.heard[0]?.id
    this.say({ a: 'op', c: 'letters', d: this.#letter, v: null, seq, src: source, op, x: {} })
    const answer = () => this.heard.find((message) => message.a === 'op' && message.seq === seq)
    await until('an answer to an op', () => answer() !== undefined || this.closedWith !== null)
    const { v, error } = answer() ?? { error: { code: `closed with ${this.closedWith}` } }
    return error?.code ?? v!
  }

  async close(): Promise<void> {
    if (this.closedWith !== null) return
    this.#ws.terminate()
    await once(this.#ws, 'close')
  }
}
