import type { Heard, RawSocket } from '../integration/delivery-socket.ts'

/** How far a reader is behind a writer: from the moment an op is acknowledged to the moment the reader has it. */
export class Lag {
  readonly #acknowledged = new Map<number, number>()
  readonly #heard = new Map<number, number>()

  /** @param reader  subscribed from before the first op of the writer */
  constructor(writer: RawSocket, reader: RawSocket) {
    note(writer, this.#acknowledged)
    note(reader, this.#heard)
  }

  /** Ops that were acknowledged and not heard. */
  get missing(): number[] {
    return [...this.#acknowledged.keys()].filter((version) => !this.#heard.has(version))
  }

  /** Of all that were acknowledged and heard, ms. */
  get greatest(): number {
    const lags = [...this.#acknowledged].map(([version, at]) => (this.#heard.get(version) ?? at) - at)
    return Math.max(0, ...lags)
  }
}

function note(socket: RawSocket, times: Map<number, number>): void {
  socket.ws.on('message', (data: Buffer) => {
    const { a, v, error } = JSON.parse(data.toString()) as Heard
    if (a === 'op' && error === undefined && !times.has(v!)) times.set(v!, performance.now())
  })
}
