/**
 * What this server uses of ShareDB 7 beyond its published interface, with types: the agent that speaks its
 * protocol to one client. Everything else of ShareDB that sits between a message and the database (its submit
 * requests, its streams, its pub/sub) has a counterpart in `server/doc` and this folder.
 */

import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** An op as ShareDB's protocol and its database adapters spell it; `v` is the version it applies to. */
export interface ShareOp {
  v: number
  src?: string
  seq?: number
  op?: unknown
  create?: { type: string; data?: unknown }
  del?: true
  m?: Record<string, unknown>
}

/** A message of a client, checked no further than that it is an object. */
export type Request = Record<string, unknown>

export type Reply = (error: unknown, message?: Record<string, unknown>) => void

/** What an agent needs of a stream: objects in by events, objects out by calls. */
export interface AgentStream extends EventEmitter {
  write(message: object): boolean
  end(): void
}

export interface AgentBase {
  readonly backend: ShareBackend
  readonly stream: AgentStream
  clientId: string
  src: string | null
  closed: boolean
  /** collection → id → what is told to `destroy()` when the client leaves. */
  readonly subscribedDocs: Record<string, Record<string, { destroy(): void }>>
  send(message: object): void
  _open(): void
  _src(): string
  _initMessage(action: string): object
  _reply(request: Request, error: unknown, message?: Record<string, unknown>): void
  _fetch(collection: string, id: string, version: number | null, callback: Reply): void
  _fetchBulk(collection: string, versions: string[] | Record<string, number>, callback: Reply): void
  _subscribe(collection: string, id: string, version: number | null, callback: Reply): void
  _subscribeBulk(collection: string, versions: string[] | Record<string, number>, callback: Reply): void
  _unsubscribe(collection: string, id: string, callback: () => void): void
  _unsubscribeBulk(collection: string, ids: string[] | Record<string, unknown>, callback: () => void): void
  _submit(collection: string, id: string, op: ShareOp, callback: Reply): void
  _fetchSnapshot(collection: string, id: string, version: number | null, callback: Reply): void
}

export interface ReceiveContext {
  readonly agent: AgentBase
  readonly data: Request
}

export interface ShareBackend {
  use(action: 'receive', middleware: (context: ReceiveContext, next: (error?: unknown) => void) => void): void
  close(callback?: (error?: unknown) => void): void
}

export const Agent = load('sharedb/lib/agent') as new (
  backend: ShareBackend,
  stream: AgentStream,
) => AgentBase

/** ShareDB's base classes for adapters, and its registry of types. */
export const ShareDB = load('sharedb') as {
  new (options: {
    db?: object
    pubsub?: object
    presence?: boolean
    doNotForwardSendPresenceErrorsToClient?: boolean
    maxSubmitRetries?: number
    errorHandler?: (error: unknown) => void
  }): ShareBackend
  readonly DB: new () => object
  readonly PubSub: new () => PubSubBase
  readonly types: { register(type: object): void; readonly map: Readonly<Record<string, ShareType>> }
  readonly logger: {
    setMethods(methods: Record<'info' | 'warn' | 'error', (...args: unknown[]) => void>): void
  }
}

export type Callback = (error?: unknown) => void

export interface PubSubBase {
  close(callback?: Callback): void
  /** Hands what was published to the streams of this node. */
  _emit(channel: string, data: object): void
  _subscribe(channel: string, callback: Callback): void
  _unsubscribe(channel: string, callback: Callback): void
  _publish(channels: readonly string[], data: object, callback: Callback): void
}

/** An ottypes type, as far as replaying needs it. */
export interface ShareType {
  readonly name: string
  readonly uri: string
  create(data: unknown): unknown
  apply(data: unknown, op: unknown): unknown
  transform(op: unknown, over: unknown, side: 'left' | 'right'): unknown
  compose?(a: unknown, b: unknown): unknown
  serialize?(data: unknown): unknown
  deserialize?(data: unknown): unknown
}
