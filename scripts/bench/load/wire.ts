/**
 * A WebSocket client on a bare TCP socket: just enough of RFC 6455 for a load generator, and cheap enough that the generator is not
 * what is measured. All sockets of a process are read into one buffer, without a stream in between, and a message is
 * handed over as a range of that buffer.
 *
 * ws and JSON.parse took 5 µs for each op message received, when every message came in a packet of its own; this takes 2 to 3.
 */

import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export interface WireTarget {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The address to connect from; one address has ports for 28,000 sockets. */
  readonly localAddress?: string
}

export interface WireListener {
  /** The socket is open; messages may be sent. */
  opened(): void
  /** A message: `bytes[start, end)`. The buffer is written over as soon as this returns. */
  message(bytes: Buffer, start: number, end: number): void
  /** The socket is gone, and why. Not called after `close()`. */
  ended(why: string): void
}

const CONTINUATION = 0x0
const TEXT = 0x1
const BINARY = 0x2
const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa

const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024)
const HEAD_END = Buffer.from('\r\n\r\n')

export class Wire {
  readonly #socket: Socket
  readonly #listener: WireListener
  readonly #mask = randomBytes(4)
  #state: 'connecting' | 'open' | 'ended' = 'connecting'
  /** The beginning of a frame whose end has not arrived. */
  #rest: Buffer | null = null

  constructor(target: WireTarget, listener: WireListener) {
    this.#listener = listener
    this.#socket = connect({
      host: target.host,
      port: target.port,
      ...(target.localAddress === undefined ? {} : { localAddress: target.localAddress }),
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length) => {
          this.#read(length)
          return true
        },
      },
    })
    this.#socket.once('connect', () => this.#socket.write(upgradeRequest(target)))
    this.#socket.on('error', (error) => this.#end(error.message))
    this.#socket.on('close', () => this.#end('the connection was closed'))
  }

  sendText(text: string): void {
    this.#send(TEXT, Buffer.from(text))
  }

  sendBinary(bytes: Uint8Array): void {
    this.#send(BINARY, bytes)
  }

  /** Ends the connection at once. Safe to repeat. */
  close(): void {
    this.#state = 'ended'
    this.#socket.destroy()
  }

  #send(opcode: number, payload: Uint8Array): void {
    if (this.#state !== 'open') return
    const { length } = payload
    const header = length < 126 ? 6 : length < 65_536 ? 8 : 14
    const frame = Buffer.allocUnsafe(header + length)
    frame[0] = 0x80 | opcode
    if (header === 6) {
      frame[1] = 0x80 | length
    } else if (header === 8) {
      frame[1] = 0x80 | 126
      frame.writeUInt16BE(length, 2)
    } else {
      frame[1] = 0x80 | 127
      frame.writeBigUInt64BE(BigInt(length), 2)
    }
    // Every client's frame is masked, and the server has to undo it: a mask of zeros would spare it that.
    frame.set(this.#mask, header - 4)
    for (let at = 0; at < length; at++) frame[header + at] = payload[at]! ^ this.#mask[at & 3]!
    this.#socket.write(frame)
  }

  #read(length: number): void {
    let bytes = READ_BUFFER
    let end = length
    if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, READ_BUFFER.subarray(0, length)])
      end = bytes.length
      this.#rest = null
    }
    let at = 0
    if (this.#state === 'connecting') {
      const headEnd = bytes.subarray(0, end).indexOf(HEAD_END)
      if (headEnd !== -1) {
        at = headEnd + HEAD_END.length
        this.#answered(bytes.toString('latin1', 0, headEnd))
      }
    }
    if (this.#state === 'open') at = this.#frames(bytes, at, end)
    if (at < end && this.#state !== 'ended') this.#rest = Buffer.from(bytes.subarray(at, end))
  }

  #answered(head: string): void {
    const [status = ''] = head.split('\r\n', 1)
    if (!status.startsWith('HTTP/1.1 101')) return this.#end(`the server answered "${status}"`)
    this.#state = 'open'
    this.#listener.opened()
  }

  /** Hands over whole frames. Answers where the first one begins that is not whole. */
  #frames(bytes: Buffer, from: number, end: number): number {
    let at = from
    while (end - at >= 2 && this.#state === 'open') {
      const opcode = bytes[at]! & 0x0f
      const isFinal = bytes[at]! >= 0x80
      let length = bytes[at + 1]! & 0x7f
      let start = at + 2
      if (length === 126) {
        if (end < start + 2) break
        length = bytes.readUInt16BE(start)
        start += 2
      } else if (length === 127) {
        if (end < start + 8) break
        length = Number(bytes.readBigUInt64BE(start))
        start += 8
      }
      if (end < start + length) break
      at = start + length
      if (!isFinal || opcode === CONTINUATION) this.#end('a server sent a fragmented message')
      else if (opcode === TEXT || opcode === BINARY) this.#listener.message(bytes, start, at)
      else if (opcode === PING) this.#send(PONG, Buffer.from(bytes.subarray(start, at)))
      else if (opcode === CLOSE) this.#end(closeReason(bytes, start, at))
    }
    return at
  }

  #end(why: string): void {
    if (this.#state === 'ended') return
    this.close()
    this.#listener.ended(why)
  }
}

function upgradeRequest({ host, port, path, headers }: WireTarget): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function closeReason(bytes: Buffer, start: number, end: number): string {
  if (end - start < 2) return 'the server closed the socket'
  const reason = bytes.toString('utf8', start + 2, end)
  return `the server closed the socket with ${bytes.readUInt16BE(start)}${reason === '' ? '' : ` (${reason})`}`
}
