/**
 * An editor that speaks ShareDB's protocol. Every op inserts one character, so the length of the letter follows from its
 * version.
 */

import { COLLAB_PATH } from '../../../ot/wire.ts'
import { Editor } from './editor.ts'
import { type OpMessage, opPrefix, readOp } from './op-message.ts'
import type { Wire } from './wire.ts'

const COLLECTION = 'letters'
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** The editors of this process, by the source they were given. */
const bySource = new Map<string, SharedbEditor>()

/** What is read from every message, in one object for all of them. */
const seen: OpMessage = { version: 0, source: '', seq: 0 }

interface Message {
  readonly a: string
  readonly id?: string
  readonly v?: number
  readonly src?: string
  readonly seq?: number
  readonly op?: unknown
  readonly data?: { readonly v: number }
  readonly error?: { readonly code: string | number; readonly message: string }
}

export class SharedbEditor extends Editor {
  readonly #prefixLength = opPrefix(COLLECTION, this.seat.letter.id).length
  #version = this.seat.letter.version
  #source = ''
  /** Versions that arrived before those that come before them. */
  readonly #early = new Set<number>()

  get version(): number {
    return this.#version
  }

  override close(): void {
    bySource.delete(this.#source)
    super.close()
  }

  protected connection() {
    const { letter, token } = this.seat
    return { path: `${COLLAB_PATH}${letter.id}`, headers: { Authorization: `Bearer ${token}` } }
  }

  protected greet(wire: Wire): void {
    wire.sendText('{"a":"hs","id":null,"protocol":1,"protocolMinor":2}')
  }

  protected receive(bytes: Buffer, start: number, end: number): void {
    if (readOp(bytes, start, end, this.#prefixLength, seen)) this.#takeOp()
    else this.#take(JSON.parse(bytes.toString('utf8', start, end)) as Message) // from a server we started
  }

  protected submit(): void {
    const { letter } = this.seat
    const length = letter.length + this.#version - letter.version
    // Before the final newline at the latest.
    const at = Math.floor(Math.random() * length)
    const character = LETTERS[Math.floor(Math.random() * LETTERS.length)]!
    const retain = at === 0 ? '' : `{"retain":${at}},`
    this.submitOp(this.#version, `[${retain}{"insert":"${character}"}]`)
  }

  /** @param op  as JSON, made on `version` */
  protected submitOp(version: number, op: string): void {
    this.wire.sendText(
      `{"a":"op","c":"${COLLECTION}","d":"${this.seat.letter.id}","v":${version},"seq":${this.seq},"x":{},"op":${op}}`,
    )
  }

  /** An op of anybody's; our server sends an author its own in the same bytes as everybody else, as the acknowledgement. */
  #takeOp(): void {
    const { version, source, seq } = seen
    if (!this.#advance(version)) return
    const isOwn = source === this.#source
    this.hasArrived(isOwn ? this : bySource.get(source), seq)
    if (isOwn && seq === this.seq) this.hasBeenAcknowledged()
  }

  /** Answers false for an op it had: stock ShareDB sends one twice to somebody who submits beside it. */
  #advance(version: number): boolean {
    if (version < this.#version || this.#early.has(version)) return false
    if (version > this.#version) {
      this.#early.add(version)
      this.tally.outOfOrder += 1
      return true
    }
    this.#version += 1
    while (this.#early.size > 0 && this.#early.delete(this.#version)) this.#version += 1
    return true
  }

  #take(message: Message): void {
    const { error } = message
    if (error !== undefined) {
      return this.tally.fail(`The server refused a message: ${error.message} (${error.code}).`)
    }
    if (message.a === 'hs') {
      this.#source = message.id!
      bySource.set(this.#source, this)
      this.wire.sendText(`{"a":"s","c":"${COLLECTION}","d":"${this.seat.letter.id}"}`)
    } else if (message.a === 's') {
      this.#version = message.data!.v
      this.ready()
    } else if (message.a === 'op') {
      Object.assign(seen, { version: message.v, source: message.src, seq: message.seq })
      this.#takeOp()
    }
  }
}
