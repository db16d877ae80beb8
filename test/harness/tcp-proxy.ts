/** A stretch of network between a client and a server of this machine, which a test can spoil. */

import { connect, createServer, type Server, type Socket } from 'node:net'
import { mustEnd } from './leftovers.ts'

/** Which bytes get lost, without either side being told: a connection that is half open, or a cable that is out. */
export type Loss = 'nothing' | 'requests' | 'answers' | 'everything'

export class TcpProxy {
  readonly port: number
  /** Holds for connections that exist and for those to come. */
  loses: Loss = 'nothing'
  /** How much later everything arrives, ms. */
  delayMs = 0
  /** A client that does not read: what the server sends waits, first here, then in the kernel, then in the server. */
  stalls = false
  /** Connections that were opened so far. */
  opened = 0
  /** Connections that have lost something so far. */
  spoilt = 0
  readonly #server: Server
  readonly #stretches = new Set<Stretch>()
  readonly #forget: () => void

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
    this.#forget = mustEnd(`a proxy on port ${port}`, () => this.close())
  }

  /** To a port of 127.0.0.1; to be closed by whoever made it. */
  static to(target: number): Promise<TcpProxy> {
    return new Promise((resolve, reject) => {
      const server = createServer((client) => proxy.#join(client, connect(target, '127.0.0.1')))
      let proxy: TcpProxy
      server.once('error', reject)
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number } // it listens on a port
        proxy = new TcpProxy(server, port)
        resolve(proxy)
      })
    })
  }

  /** Ends of connections that are open: two for each that is whole. */
  get ends(): number {
    return this.#stretches.size
  }

  /** The same URL, by way of this proxy. */
  through(url: string): string {
    const changed = new URL(url)
    changed.hostname = '127.0.0.1'
    changed.port = String(this.port)
    return changed.href
  }

  /** Ends every connection with a reset. */
  cut(): void {
    for (const stretch of this.#stretches) stretch.from.resetAndDestroy()
  }

  /**
   * Nothing is lost, late or held up any more. Connections that have lost something end with a reset, as they do in the
   * end on a real network: nothing that was lost on TCP is ever followed by what came after it.
   */
  mend(): void {
    this.loses = 'nothing'
    this.delayMs = 0
    this.stalls = false
    for (const stretch of this.#stretches) {
      if (stretch.hasLost()) stretch.from.resetAndDestroy()
      else stretch.from.resume()
    }
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
    this.#forget()
  }

  #join(client: Socket, server: Socket): void {
    this.opened++
    let lost = false
    const hasLost = () => lost
    const loses = (isLost: boolean) => {
      if (isLost && !lost) this.spoilt++
      lost ||= isLost
      return isLost
    }
    const losesRequests = () => loses(this.loses === 'everything' || this.loses === 'requests')
    const losesAnswers = () => loses(this.loses === 'everything' || this.loses === 'answers')
    this.#carry({ from: client, to: server, loses: losesRequests, stalls: () => false, hasLost })
    this.#carry({ from: server, to: client, loses: losesAnswers, stalls: () => this.stalls, hasLost })
  }

  #carry(stretch: Stretch): void {
    const { from, to, loses, stalls } = stretch
    this.#stretches.add(stretch)
    from.setNoDelay(true)
    /** What arrives later is in here, in order. */
    let late = Promise.resolve()
    let waiting = 0
    const arrive = (what: () => void) => {
      if (this.delayMs === 0 && waiting === 0) return what()
      waiting++
      const due = new Promise<void>((resolve) => setTimeout(resolve, this.delayMs))
      late = late
        .then(() => due)
        .then(() => {
          waiting--
          what()
        })
    }
    from.on('data', (bytes) => {
      if (stalls()) {
        from.pause()
        from.unshift(bytes)
      } else if (!loses()) {
        arrive(() => {
          if (to.write(bytes) || to.destroyed) return
          from.pause()
          to.once('drain', () => from.resume())
        })
      }
    })
    from.on('error', () => undefined) // what ends one side ends the other, below
    from.on('close', (isBroken) => {
      this.#stretches.delete(stretch)
      if (loses()) return // the other side is told when it is mended
      arrive(() => {
        if (isBroken) to.resetAndDestroy()
        else to.end()
      })
    })
  }
}

/** One direction of one connection. */
interface Stretch {
  readonly from: Socket
  readonly to: Socket
  /** Asked about what is on its way now, which is gone when the answer is true. */
  readonly loses: () => boolean
  readonly stalls: () => boolean
  /** In either direction, at any time. */
  readonly hasLost: () => boolean
}
