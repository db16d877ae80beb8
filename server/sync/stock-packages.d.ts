/** Two packages that ship no types; these cover what server/sync/stock*.ts and the tests take from them. */

declare module 'sharedb-postgres' {
  class PostgresDB {
    /** Options of node-postgres' pool. */
    constructor(options: {
      connectionString: string
      options?: string
      max?: number
      connectionTimeoutMillis?: number
      keepAlive?: boolean
      application_name?: string
    })
    /** Private by its name, and the only place where the error of an idle connection can be caught. */
    readonly _pool: { on(event: 'error', listener: (error: Error) => void): void }
    close(callback?: (error?: unknown) => void): Promise<void>
  }
  export = PostgresDB
}

declare module '@teamwork/websocket-json-stream' {
  import type { Duplex } from 'node:stream'

  /** The part of a WebSocket the stream uses. */
  export interface EventTargetSocket {
    readonly readyState: number
    addEventListener(event: string, listener: (event: { data: string }) => void): void
    removeEventListener(event: string, listener: (event: { data: string }) => void): void
    send(text: string, done: (error?: Error) => void): void
    close(code?: number, reason?: string): void
  }

  export default class WebSocketJSONStream extends Duplex {
    constructor(socket: EventTargetSocket)
  }
}
