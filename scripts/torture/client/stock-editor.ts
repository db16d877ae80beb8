/** A program of somebody else's: ShareDB's own client, over a socket that is opened again whenever it closes. */

import type { WebSocket } from 'ws'
import { canonical, componentsOf, type Insert } from '../../../ot/component.ts'
import type { ClientSocket } from '../../../test/harness/gated-socket.ts'
import { type StockClient, stockClient } from '../../../test/harness/stock-client.ts'
import type { Editor } from './editor.ts'
import type { Witness } from './witness.ts'

const AGAIN_MS = [200, 800] as const

export class StockEditor implements Editor {
  readonly letter: string
  readonly #client: StockClient
  readonly #witness: Witness
  readonly #drafts: string[] = []
  #socket: WebSocket | null = null
  #again: NodeJS.Timeout | undefined
  #isOffline = false
  #isClosed = false
  #wasThere = false

  constructor(serverUrl: string, letter: string, token: string, witness: Witness) {
    this.letter = letter
    this.#witness = witness
    this.#client = stockClient(serverUrl, letter, token, { through: (socket) => this.#through(socket) })
    const { doc } = this.#client
    doc.subscribe(() => {})
    // A second load means that the client threw away what it had not sent.
    doc.on('load', () => {
      if (doc.version !== null && this.#wasThere) this.#drafts.push('(loaded anew)')
      this.#wasThere = true
    })
  }

  get content(): readonly Insert[] | null {
    const { data } = this.#client.doc
    return data === undefined || data === null ? null : (canonical(componentsOf(data)) as Insert[]) // a letter holds nothing else
  }

  get version(): number {
    return this.#client.doc.version ?? 0
  }

  get isLive(): boolean {
    return this.#client.connection.state === 'connected' && this.#client.doc.subscribed
  }

  get isWaiting(): boolean {
    return this.#client.doc.hasWritePending()
  }

  get drafts(): readonly string[] {
    return this.#drafts
  }

  submit(op: readonly unknown[]): void {
    this.#client.doc.submitOp(op, {}, () => {})
  }

  offline(): void {
    this.#isOffline = true
    clearTimeout(this.#again)
    this.#socket?.terminate()
  }

  online(): void {
    this.#isOffline = false
    if (this.#socket === null) this.#reconnect()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#again)
    this.#client.connection.close()
    this.#socket?.terminate()
  }

  #reconnect(): void {
    clearTimeout(this.#again)
    this.#client.reconnect()
  }

  #through(socket: WebSocket): ClientSocket {
    this.#socket = socket
    return this.#witness.watch(socket, () => {
      this.#socket = null
      if (this.#isOffline || this.#isClosed) return
      const [least, most] = AGAIN_MS
      this.#again = setTimeout(() => this.#reconnect(), least + Math.random() * (most - least))
    })
  }
}
