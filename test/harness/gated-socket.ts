/**
 * A socket that delays ops, for tests that decide who had seen what.
 *
 * It stands between a ShareDB client and its real socket. Handshakes, subscriptions and presence pass. Ops wait at
 * the gate in both directions: what the client submits until `letGo`, what the server says (the ops of others, and
 * the acknowledgements of ours) until `receive`. Nothing is reordered, changed or lost. A client has one op on its
 * way at a time, so at most one of its ops waits; the rest are pending inside the client.
 */

import { EventEmitter, once } from 'node:events'
import type { WebSocket } from 'ws'
import { PATIENCE_MS, within } from './deadline.ts'

/** The part of a WebSocket that a ShareDB connection uses. */
export interface ClientSocket {
  readonly readyState: number
  onopen: ((event: unknown) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onerror: ((event: unknown) => void) | null
  onclose: ((event: unknown) => void) | null
  send(text: string): void
  close(code?: number, reason?: string): void
}

interface OpFrame {
  readonly text: string
  /** The version the op was made against, on its way out; the version it turned into the next one, on its way in. */
  readonly version: number
  readonly acknowledgement: boolean
  readonly error: unknown
}

export class GatedSocket implements ClientSocket {
  onopen: ClientSocket['onopen'] = null
  onmessage: ClientSocket['onmessage'] = null
  onerror: ClientSocket['onerror'] = null
  onclose: ClientSocket['onclose'] = null

  readonly #socket: WebSocket
  readonly #news = new EventEmitter()
  readonly #outgoing: OpFrame[] = []
  readonly #incoming: OpFrame[] = []
  #acknowledged = 0
  #version = -1
  /** The source under which the client submits: an op that comes back under it is its acknowledgement. */
  #source: unknown

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onopen = (event) => this.onopen?.(event)
    socket.onerror = (event) => this.onerror?.(event)
    socket.onclose = (event) => this.onclose?.(event)
    socket.onmessage = ({ data }) => this.#arrive(String(data))
  }

  get readyState(): number {
    return this.#socket.readyState
  }

  /** The version the client's document is at, as far as the server's frames handed over say. */
  get version(): number {
    return this.#version
  }

  /** Called by the client. */
  send(text: string): void {
    const message = parse(text)
    if (message.a === 'op') {
      this.#outgoing.push(opFrame(text, message))
      this.#news.emit('news')
    } else this.#socket.send(text)
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason)
  }

  /** Lets the client's next op go, and waits until the server's answer to it has arrived at the gate. */
  async letGo(): Promise<void> {
    await this.#until('the client to submit an op', () => this.#outgoing.length > 0)
    const awaited = this.#acknowledged + 1
    this.#socket.send(this.#outgoing.shift()!.text)
    await this.#until('the server to answer an op', () => this.#acknowledged >= awaited)
  }

  /** Hands over what the server said, in order, until the client's document is at `version`. */
  async receive(version: number): Promise<void> {
    while (this.#version < version) {
      await this.#until(`the op that leads to version ${this.#version + 1}`, () => this.#incoming.length > 0)
      const frame = this.#incoming.shift()!
      if (frame.error !== undefined) throw new Error(`The server refused an op: ${frame.text}`)
      // A server may send an op twice to somebody who submits beside it; the client drops the second one.
      if (frame.version === this.#version) this.#version += 1
      this.onmessage?.({ data: frame.text })
    }
  }

  #arrive(text: string): void {
    const message = parse(text)
    if (message.a !== 'op') {
      if (message.a === 'init') this.#source = message.id
      const snapshot = message.data
      if (isRecord(snapshot) && typeof snapshot.v === 'number') this.#version = snapshot.v
      this.onmessage?.({ data: text })
      return
    }
    const frame = opFrame(text, message, this.#source)
    this.#incoming.push(frame)
    if (frame.acknowledgement) this.#acknowledged += 1
    this.#news.emit('news')
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await within(PATIENCE_MS, what, once(this.#news, 'news'), () => ({
        version: this.#version,
        outgoing: this.#outgoing.length,
        incoming: this.#incoming.map((frame) => frame.text),
      }))
    }
  }
}

/** A server acknowledges with the bare address of an op, or with the op itself, as it sends it to everybody. */
function opFrame(text: string, message: Record<string, unknown>, source?: unknown): OpFrame {
  const isBare = !('op' in message) && !('create' in message) && !('del' in message)
  return {
    text,
    version: typeof message.v === 'number' ? message.v : -1,
    acknowledgement: isBare || (source !== undefined && message.src === source),
    error: message.error,
  }
}

function parse(text: string): Record<string, unknown> {
  const message: unknown = JSON.parse(text)
  if (!isRecord(message)) throw new Error(`Not a message of ShareDB's: ${text}`)
  return message
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
