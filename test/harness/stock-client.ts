/**
 * Stock ShareDB clients: the package as published, over a WebSocket, as a program of somebody else's would use it.
 *
 * The client library keeps one registry of types per process. The stock rich-text type goes into it unless a test
 * asks for another, because stock clients must work.
 */

import richText from 'rich-text'
import ShareDBClient from 'sharedb/lib/client/index.js'
import { WebSocket } from 'ws'
import { COLLAB_PATH, type Collection } from '../../ot/wire.ts'
import { PATIENCE_MS, within } from './deadline.ts'
import type { ClientSocket } from './gated-socket.ts'

type Connection = ShareDBClient.Connection
type Doc = ShareDBClient.Doc
/** The declared type is the browser's; the library uses no more of it than a ClientSocket has. */
type DeclaredSocket = ConstructorParameters<typeof ShareDBClient.Connection>[0]
/** Documented, and missing from the declarations. */
type Rebindable = Connection & { bindToSocket(socket: DeclaredSocket): void }
type ClientType = Parameters<typeof ShareDBClient.types.register>[0]

// rich-text's own declaration names only what the server takes from it; the package holds the whole type.
export const STOCK_RICH_TEXT = richText.type as unknown as ClientType

export interface StockClientOptions {
  readonly collection?: Collection
  /** Registered for the whole process under its name and URI. */
  readonly type?: ClientType
  /** Puts something between the client and its socket. */
  readonly through?: (socket: WebSocket) => ClientSocket
  /** Certificate authority of a server with TLS, PEM. */
  readonly ca?: string
}

export interface StockClient {
  readonly connection: Connection
  readonly doc: Doc
  /** Everything the client library reported, oldest first. */
  readonly errors: readonly Error[]
  /** Subscribes, or rejects when the socket closes first. */
  subscribed(): Promise<void>
  /** Submits an op; resolves when it is acknowledged. */
  submit(op: unknown): Promise<void>
  /** Nothing is pending or on its way. Says nothing about the ops of others. */
  settled(): Promise<void>
  /** The code the present socket closes with, or closed with. */
  closed(): Promise<number>
  /** Opens a new socket under the same connection, which resends what was not acknowledged. */
  reconnect(): void
  close(): Promise<void>
}

export function stockClient(
  serverUrl: string,
  docId: string,
  token: string,
  { collection = 'letters', type = STOCK_RICH_TEXT, through = passThrough, ca }: StockClientOptions = {},
): StockClient {
  ShareDBClient.types.register(type)
  const address = new URL(`${COLLAB_PATH}${docId}`, serverUrl)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'

  const errors: Error[] = []
  let closed: Promise<number>
  const open = (): ClientSocket => {
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` }, ca })
    socket.on('error', (error) => errors.push(error))
    closed = new Promise((resolve) => {
      socket.once('close', resolve)
    })
    return through(socket)
  }

  const connection = new ShareDBClient.Connection(open() as unknown as DeclaredSocket) as Rebindable
  connection.on('error', (error) => errors.push(new Error(error.message, { cause: error })))
  const doc = connection.get(collection, docId)
  doc.on('error', (error) => errors.push(new Error(error.message, { cause: error })))

  const seen = () => ({
    connection: connection.state,
    version: doc.version,
    pending: doc.hasWritePending(),
    errors: errors.map((error) => error.message),
  })
  /** The library answers by callback; a socket that closes ends the wait with its code. */
  const answered = (what: string, ask: (callback: (error?: unknown) => void) => void): Promise<void> => {
    const answer = new Promise<void>((resolve, reject) => {
      ask((error) => {
        if (error === undefined || error === null) resolve()
        else reject(error)
      })
    })
    const ended = closed.then((code) => {
      throw new Error(`The socket closed with ${code} before ${what}. Seen: ${JSON.stringify(seen())}`)
    })
    return within(PATIENCE_MS, what, Promise.race([answer, ended]), seen)
  }

  return {
    connection,
    doc,
    errors,
    subscribed: () => answered('the subscription', (done) => doc.subscribe(done)),
    submit: (op) => answered('the acknowledgement', (done) => doc.submitOp(op, {}, done)),
    settled: () => answered('everything to be acknowledged', (done) => doc.whenNothingPending(() => done())),
    closed: () => within(PATIENCE_MS, 'the socket to close', closed, seen),
    reconnect: () => connection.bindToSocket(open() as unknown as DeclaredSocket),
    close: async () => {
      connection.close()
      await within(PATIENCE_MS, 'the socket to close', closed, seen)
    },
  }
}

function passThrough(socket: WebSocket): ClientSocket {
  // Its handlers are declared with ws's event classes, which hold what a ClientSocket's handlers are given.
  return socket as unknown as ClientSocket
}
