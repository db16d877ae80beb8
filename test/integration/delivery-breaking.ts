/** A socket that holds back the ops of others until its client's own op is answered, hands all of it over, and breaks. */

import type { WebSocket } from 'ws'
import type { ClientSocket } from '../harness/gated-socket.ts'

export class BreakingSocket implements ClientSocket {
  onopen: ClientSocket['onopen'] = null
  onmessage: ClientSocket['onmessage'] = null
  onerror: ClientSocket['onerror'] = null
  onclose: ClientSocket['onclose'] = null
  readonly #socket: WebSocket
  readonly #held: string[] = []
  #source: unknown

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onopen = (event) => this.onopen?.(event)
    socket.onerror = (event) => this.onerror?.(event)
    socket.onclose = (event) => this.onclose?.(event)
    socket.onmessage = ({ data }) => this.#arrive(String(data))
  }

  get readyState(): number {
    return this.#socket.readyState
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  close(): void {
    this.#socket.close()
  }

  #arrive(text: string): void {
    const message = JSON.parse(text) as { a: string; id?: string; src?: string; error?: unknown }
    if (message.a === 'init') this.#source = message.id
    if (message.a !== 'op') return this.onmessage?.({ data: text })
    this.#held.push(text)
    if (message.src !== this.#source && message.error === undefined) return
    for (const data of this.#held) this.onmessage?.({ data })
    this.#socket.onmessage = null
    this.#socket.terminate()
  }
}
