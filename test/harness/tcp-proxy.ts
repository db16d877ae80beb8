/** A stretch of network between a client and a server of this machine, which a test can spoil. */

import { connect, createServer, type Server, type Socket } from 'node:net'
import { mustEnd } from './leftovers.ts'

/** Which bytes get lost, without either side being told: a connection that is half open, or a cable that is out. */
export type Loss = 'nothing' | 'answers' | 'everything'

export class TcpProxy {
  readonly port: number
  /** Holds for connections that exist and for those to come. */
  loses: Loss = 'nothing'
  /** Connections that were opened so far. */
  opened = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
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

  /** The same URL, by way of this proxy. */
  through(url: string): string {
    const changed = new URL(url)
    changed.hostname = '127.0.0.1'
    changed.port = String(this.port)
    return changed.href
  }

  /** Ends every connection with a reset. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
    this.#forget()
  }

  #join(client: Socket, server: Socket): void {
    this.opened++
    this.#carry(client, server, () => this.loses !== 'everything')
    this.#carry(server, client, () => this.loses === 'nothing')
  }

  #carry(from: Socket, to: Socket, carries: () => boolean): void {
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (bytes) => {
      if (carries() && !to.write(bytes)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
    from.on('error', () => undefined) // what ends one side ends the other, below
    from.on('close', (isBroken) => {
      this.#sockets.delete(from)
      if (carries() && isBroken) to.resetAndDestroy()
      else if (carries()) to.end()
    })
  }
}
