import { randomUUID } from 'node:crypto'
import { Duplex } from 'node:stream'
import ShareDB from 'sharedb'
import type { Device } from '../../../client/sync/device.ts'
import type { Wire } from '../../../client/sync/link.ts'
import { PageLocks } from '../../../client/sync/locks.ts'
import { MemoryStore } from '../../../client/sync/memory-store.ts'
import { type SessionWorld, timedId } from '../../../client/sync/session-world.ts'
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

  constructor(backend: ShareDB, greeting: { epoch: string; member: string | null }) {
    this.#stream = new Duplex({
      objectMode: true,
      read: () => {},
      write: (message: Message, _encoding, done) => {
        const data = JSON.stringify(message.a === 'init' ? { ...message, ...greeting } : message)
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
export class ShareDbWorld implements SessionWorld {
  device: Device = { store: new MemoryStore(), locks: new PageLocks() }
  backend: ShareDB
  readonly wires: ServedWire[] = []
  /** What the server's greeting says of its database. */
  epoch = 'first'
  /** Whom it takes whoever connects for. */
  member: string | null = null
  /** The next socket hears nothing. */
  isMute = false
  time = 0
  /** No new socket opens. */
  isOffline = false
  channel?: SessionWorld['channel']
  readonly #pending = new Map<() => void, number>()
  #ids = 0
  /** Of the browser. */
  readonly name: string = randomUUID()

  /** @param other  a world with the same server and the same device: another tab of the same browser */
  constructor(other?: ShareDbWorld) {
    this.backend = other?.backend ?? newBackend()
    if (other) this.device = other.device
    if (other) this.name = other.name
  }

  get wire(): ServedWire {
    return this.wires[this.wires.length - 1]
  }

  open(): Wire {
    const wire = new ServedWire(this.backend, { epoch: this.epoch, member: this.member })
    wire.isMute = this.isMute
    this.wires.push(wire)
    if (this.isOffline) queueMicrotask(() => wire.cut())
    return wire
  }

  after(ms: number, task: () => void): () => void {
    const once = () => {
      this.#pending.delete(once)
      task()
    }
    this.#pending.set(once, ms)
    return () => void this.#pending.delete(once)
  }

  now(): number {
    return this.time
  }

  random(): number {
    return 0.5
  }

  wallTime(): number {
    return this.time
  }

  newId(): string {
    return timedId(this.time, ++this.#ids / 2 ** 48)
  }

  /** Lets the pause before the next attempt be over. */
  reconnect(): void {
    this.pass(Number.POSITIVE_INFINITY)
  }

  /** Lets so much time pass, for whatever began to wait before. */
  pass(most: number): void {
    for (const [task, ms] of [...this.#pending]) if (ms <= most) task()
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

  /** The server refuses ops with this word in them, as long as `isOn`. */
  refuse(word: string, isOn = () => true): void {
    this.backend.use('submit', ({ op: message }, next) => {
      const op = 'op' in message ? JSON.stringify(message.op) : ''
      next(isOn() && op.includes(word) ? new Error('refused by the test') : undefined)
    })
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
