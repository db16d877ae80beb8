import { Duplex } from 'node:stream'
import ShareDB from 'sharedb'
import type { LinkWorld, Wire } from '../../../client/sync/link.ts'
import { letter } from '../../../ot/letter.ts'

ShareDB.types.register(letter.ottype as Parameters<typeof ShareDB.types.register>[0]) // ShareDB's type has `any`

type Message = Record<string, unknown>
type Stream = Parameters<ShareDB['listen']>[0]

/** One end of a socket to a real ShareDB, whose messages wait until the test hands them over. */
class ServedWire implements Wire {
  readonly readyState = 1
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null
  onerror: Wire['onerror'] = null
  readonly sent: Message[] = []
  isMute = false
  readonly #stream: Duplex

  constructor(backend: ShareDB, epoch: string) {
    this.#stream = new Duplex({
      objectMode: true,
      read: () => {},
      write: (message: Message, _encoding, done) => {
        const data = JSON.stringify(message.a === 'init' ? { ...message, epoch } : message)
        if (!this.isMute) setImmediate(() => this.onmessage?.({ data }))
        done()
      },
    })
    this.#stream.on('error', () => {})
    backend.listen(this.#stream as unknown as Stream)
    setImmediate(() => this.onopen?.({}))
  }

  send(text: string): void {
    const message = JSON.parse(text) as Message
    this.sent.push(message)
    // A lost acknowledgement: what we say arrives, what is answered does not.
    this.#stream.push(message)
  }

  close(): void {
    this.#stream.destroy()
  }

  /** As if a proxy had cut the line. */
  cut(code = 1006): void {
    this.#stream.destroy()
    this.onclose?.({ code })
  }
}

function newBackend(): ShareDB {
  const options = { doNotForwardSendPresenceErrorsToClient: true }
  return new ShareDB(options as ConstructorParameters<typeof ShareDB>[0])
}

/** A world whose sockets lead to a ShareDB in memory. Pauses are not waited for: the test reconnects. */
export class ShareDbWorld implements LinkWorld {
  backend = newBackend()
  readonly wires: ServedWire[] = []
  /** What the server's greeting says of its database. */
  epoch = 'first'
  /** The next socket hears nothing. */
  isMute = false
  time = 0
  #pending: (() => void) | null = null

  get wire(): ServedWire {
    return this.wires[this.wires.length - 1]
  }

  open(): Wire {
    const wire = new ServedWire(this.backend, this.epoch)
    wire.isMute = this.isMute
    this.wires.push(wire)
    return wire
  }

  after(_ms: number, task: () => void): () => void {
    this.#pending = task
    return () => {
      if (this.#pending === task) this.#pending = null
    }
  }

  now(): number {
    return this.time
  }

  random(): number {
    return 0.5
  }

  /** Lets the pause before the next attempt be over. */
  reconnect(): void {
    this.#pending?.()
  }

  /** The server goes back to where there was nothing. */
  restore(): void {
    this.backend = newBackend()
  }

  async create(id: string, text: string): Promise<void> {
    const doc = this.backend.connect().get('letters', id)
    await new Promise<void>((resolve, reject) => {
      doc.create([{ insert: `${text}\n` }], letter.uri, {}, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** What the server has. */
  async text(id: string): Promise<string> {
    const doc = this.backend.connect().get('letters', id)
    await new Promise<void>((resolve, reject) => doc.fetch((error) => (error ? reject(error) : resolve())))
    return (doc.data as { ops: { insert: string }[] }).ops.map(({ insert }) => insert).join('')
  }

  /** Another person writes. */
  async others(id: string, op: unknown): Promise<void> {
    const doc = this.backend.connect().get('letters', id)
    await new Promise<void>((resolve, reject) => doc.fetch((error) => (error ? reject(error) : resolve())))
    await new Promise<void>((resolve, reject) =>
      doc.submitOp(op, {}, (error) => (error ? reject(error) : resolve())),
    )
  }
}
