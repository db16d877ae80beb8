import { EventEmitter } from 'node:events'
import type { Socket as RawSocket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Wire } from '../../client/sync/link.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Trace } from './trace.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

export interface LineParts {
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  readonly client: Owner & { readonly name: string }
  /** Called after the client was told something. */
  readonly onTold: () => void
  /** Called with what the client says. */
  readonly onSaid?: (text: string) => void
  /** What the client is answered at once instead of its message being carried on; null when it is. */
  readonly refuses?: (text: string) => string | null
  /** What becomes of a message on its way out. */
  readonly says?: (text: string) => string
}

/** One way of a line: what is sent arrives in order, or not at all. */
class Way {
  /** Nothing arrives any more, and nobody is told. */
  isSwallowing = false
  extraMs = 0
  readonly #latencyMs: number
  readonly #random: Random
  #lastAt = 0

  constructor(random: Random) {
    this.#random = random
    this.#latencyMs = 0.2 + random.next() ** 3 * 30
  }

  /** How long what is sent now takes. */
  takes(now: number): number {
    const at = now + this.extraMs + this.#latencyMs * (0.8 + 0.4 * this.#random.next())
    this.#lastAt = Math.max(at, this.#lastAt + 0.001)
    return this.#lastAt - now
  }
}

/**
 * A WebSocket and the line beneath it: to the client a Wire, to the node a pair of ws' socket and its TCP socket, and in
 * between whatever a network does. A line that was cut stays cut.
 */
export class Line implements Wire {
  readyState = 0
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null
  onerror: Wire['onerror'] = null
  readonly up: Way
  readonly down: Way
  /** The node's end, once there is one. */
  server: ServerEnd | null = null
  readonly #parts: LineParts
  #isCut = false

  constructor(parts: LineParts) {
    this.#parts = parts
    this.up = new Way(parts.random)
    this.down = new Way(parts.random)
  }

  /** True while the client waits to be taken in. */
  get isOpening(): boolean {
    return this.readyState === 0 && !this.#isCut
  }

  /** True while everything that is sent arrives, soon. */
  get isSound(): boolean {
    const isOpen = this.readyState === 1 && !this.#isCut && this.server !== null && !this.server.isStalled
    const isFast = this.up.extraMs === 0 && this.down.extraMs === 0
    return isOpen && isFast && !this.up.isSwallowing && !this.down.isSwallowing
  }

  /** A node takes the client in. */
  accept(node: Owner): ServerEnd {
    const server = new ServerEnd(this, node)
    this.server = server
    this.toClient(() => {
      this.readyState = 1
      this.onopen?.({})
    })
    return server
  }

  /** Nobody takes it in. */
  refuse(code = 1006): void {
    this.toClient(() => this.#ended(code))
  }

  /** Whoever is at either end finds out, soon. What is on its way is lost. */
  cut(): void {
    if (this.#isCut) return
    this.#isCut = true
    const { time, client, random } = this.#parts
    time.after(random.next() * 3, client, () => this.#ended(1006))
    const { server } = this
    if (server !== null) time.after(random.next() * 3, server.node, () => server.ended())
  }

  // The client's end

  send(text: string): void {
    if (this.readyState !== 1) return
    this.#parts.trace.note(this.#parts.client.name, `> ${text}`)
    this.#parts.onSaid?.(text)
    const answer = this.#parts.refuses?.(text) ?? null
    if (answer !== null) return this.toClient(() => this.hear(answer))
    const { server } = this
    const said = this.#parts.says?.(text) ?? text
    this.toServer(() => server!.receive(said))
  }

  close(): void {
    if (this.readyState >= 2) return
    this.readyState = 3
    const { server } = this
    if (server !== null) this.toServer(() => server.ended())
    // A browser tells the page in any case.
    this.#parts.time.after(0, this.#parts.client, () => this.onclose?.({ code: 1005 }))
  }

  hear(text: string): void {
    if (this.readyState !== 1) return
    this.#parts.trace.note(this.#parts.client.name, `< ${text}`)
    this.onmessage?.({ data: text })
    this.#parts.onTold()
  }

  #ended(code: number): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.#parts.trace.note(this.#parts.client.name, `closed ${code}`)
    this.onclose?.({ code })
  }

  // Between

  toServer(task: () => void): void {
    this.#carry(this.up, this.server!.node, task)
  }

  toClient(task: () => void): void {
    this.#carry(this.down, this.#parts.client, task)
  }

  closedByServer(code: number): void {
    this.toClient(() => {
      this.#ended(code)
      this.toServer(() => this.server!.ended())
    })
  }

  #carry(way: Way, owner: Owner, task: () => void): void {
    if (way.isSwallowing || this.#isCut) return
    const { time } = this.#parts
    time.after(way.takes(time.now()), owner, () => {
      if (!way.isSwallowing && !this.#isCut) task()
    })
  }
}

/** More than a socket may have waiting before it gets no more ops, in bytes (server/sync/socket.ts). */
const STALLED_BYTES = 2 * 1024 * 1024

/** The node's end of a line: what server/sync/socket.ts uses of ws and of the TCP socket beneath it. */
export class ServerEnd {
  readonly node: Owner
  readonly ws: WebSocket
  readonly raw: RawSocket
  readonly #line: Line
  readonly #ws: FakeWs
  readonly #raw: FakeRaw
  #isEnded = false
  /** Texts the peer does not take, while it is stalled. */
  #held: string[] | null = null

  constructor(line: Line, node: Owner) {
    this.#line = line
    this.node = node
    this.#ws = new FakeWs(this)
    this.#raw = new FakeRaw(this)
    this.ws = this.#ws as unknown as WebSocket // what Socket uses of it is there
    this.raw = this.#raw as unknown as RawSocket
  }

  get isStalled(): boolean {
    return this.#held !== null
  }

  /** The peer reads nothing for now. */
  stall(): void {
    this.#held ??= []
  }

  goOn(): void {
    const held = this.#held
    if (held === null) return
    this.#held = null
    for (const text of held) this.write(text)
    this.#raw.emit('drain')
  }

  receive(text: string): void {
    if (!this.#isEnded) this.#ws.receive(text)
  }

  write(text: string): void {
    if (this.#isEnded) return
    if (this.#held !== null) this.#held.push(text)
    else this.#line.toClient(() => this.#line.hear(text))
  }

  close(code: number): void {
    this.goOn()
    this.#line.closedByServer(code)
  }

  terminate(): void {
    this.#line.cut()
  }

  ping(): void {
    this.#line.toClient(() => this.#line.toServer(() => this.#ws.emit('pong')))
  }

  /** The socket is no more. */
  ended(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#raw.destroyed = true
    this.#ws.emit('close')
  }
}

class FakeWs extends EventEmitter {
  isPaused = false
  readonly #end: ServerEnd
  readonly #waiting: string[] = []

  constructor(end: ServerEnd) {
    super()
    this.#end = end
  }

  receive(text: string): void {
    if (this.isPaused) this.#waiting.push(text)
    else this.emit('message', Buffer.from(text), false)
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    while (!this.isPaused && this.#waiting.length > 0) this.receive(this.#waiting.shift()!)
  }

  close(code: number): void {
    this.#end.close(code)
  }

  terminate(): void {
    this.#end.terminate()
  }

  ping(): void {
    this.#end.ping()
  }
}

class FakeRaw extends EventEmitter {
  destroyed = false
  readonly #end: ServerEnd

  constructor(end: ServerEnd) {
    super()
    this.#end = end
  }

  get writableLength(): number {
    return this.#end.isStalled ? STALLED_BYTES : 0
  }

  get writableNeedDrain(): boolean {
    return this.#end.isStalled
  }

  cork(): void {}

  uncork(): void {}

  write(frames: Buffer): boolean {
    for (const text of textsIn(frames)) this.#end.write(text)
    return !this.#end.isStalled
  }
}

/** The texts of a server's frames, as server/sync/frames.ts makes them. */
function* textsIn(frames: Buffer): Generator<string> {
  for (let at = 0; at < frames.length; ) {
    if (frames[at] !== 0x81)
      throw new Error(`not a text frame at ${at}: ${frames.toString('hex', at, at + 16)}`)
    const short = frames[at + 1]!
    const header = short < 126 ? 2 : short === 126 ? 4 : 10
    const length =
      short < 126
        ? short
        : short === 126
          ? frames.readUInt16BE(at + 2)
          : Number(frames.readBigUInt64BE(at + 2))
    yield frames.toString('utf8', at + header, at + header + length)
    at += header + length
  }
}
