/**
 * An editor that speaks Hocuspocus' protocol: messages of y-protocols, each with the name of its document in front. It
 * types one line of its own, and counts the characters of everybody.
 */

import { Editor } from './editor.ts'
import { typed, varUint, YjsReader } from './yjs-message.ts'

const Kind = { sync: 0, auth: 2, queryAwareness: 3, syncReply: 4, close: 7, syncStatus: 8 } as const
const Sync = { step1: 0, step2: 1, update: 2 } as const
const Auth = { token: 0, denied: 1, authenticated: 2 } as const

/** Hocuspocus drops a socket that says nothing for a minute; its own client says something every 15 seconds. */
const SIGN_OF_LIFE_MS = 20_000

const NOTHING_KNOWN = [0]
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** The editors of this process, by the number under which they type. */
const byAuthor = new Map<number, YjsEditor>()

export class YjsEditor extends Editor {
  readonly #author = 1 + Math.floor(Math.random() * 0xffff_fffe)
  readonly #name = [...varUint(this.seat.letter.id.length), ...Buffer.from(this.seat.letter.id)]
  /** How much of each author has arrived. */
  readonly #clocks = new Map<number, number>()
  #version = 0
  #isLevel = false
  #signOfLife: NodeJS.Timeout | undefined

  get version(): number {
    return this.#version
  }

  override close(): void {
    byAuthor.delete(this.#author)
    clearInterval(this.#signOfLife)
    super.close()
  }

  protected connection() {
    return { path: '/', headers: {} }
  }

  protected greet(): void {
    const { token } = this.seat
    byAuthor.set(this.#author, this)
    this.#send([Kind.auth, Auth.token, ...varUint(token.length), ...Buffer.from(token)])
  }

  protected submit(): void {
    const character = LETTERS[Math.floor(Math.random() * LETTERS.length)]!
    this.submitUpdate(typed(this.#author, this.seq - 1, character))
  }

  protected submitUpdate(update: ArrayLike<number>): void {
    this.#send([Kind.sync, Sync.update, ...varUint(update.length), ...Array.from(update)])
  }

  protected receive(bytes: Buffer, start: number, _end: number): void {
    const reader = new YjsReader(bytes, start)
    reader.string()
    const kind = reader.varUint()
    if (kind === Kind.sync || kind === Kind.syncReply) this.#sync(reader)
    else if (kind === Kind.syncStatus) {
      if (reader.varUint() === 1) this.#acknowledged()
      else this.tally.fail('The server refused an update.')
    } else if (kind === Kind.auth) {
      if (reader.varUint() === Auth.denied) return this.tally.fail('The server let an editor not in.')
      const step1 = [Kind.sync, Sync.step1, ...varUint(NOTHING_KNOWN.length), ...NOTHING_KNOWN]
      this.#send(step1)
    } else if (kind === Kind.close) this.tally.fail('The server sent an editor away.')
  }

  #sync(reader: YjsReader): void {
    const kind = reader.varUint()
    // The server asks what we have that it lacks: nothing.
    if (kind === Sync.step1) return
    reader.varUint()
    reader.update((author, from, to) => this.#arrived(author, from, to))
    if (kind !== Sync.step2 || this.#isLevel) return
    this.#isLevel = true
    // What was there before counts as version 0.
    this.#version = 0
    this.#signOfLife = setInterval(() => this.#send([Kind.queryAwareness]), SIGN_OF_LIFE_MS).unref()
    this.ready()
  }

  /** Several ops of one author may come as one item. */
  #arrived(author: number, from: number, to: number): void {
    const known = this.#clocks.get(author) ?? 0
    if (to <= known) return
    this.#clocks.set(author, to)
    for (let clock = Math.max(from, known); clock < to; clock++) {
      this.#version += 1
      if (this.#isLevel) this.hasArrived(byAuthor.get(author), clock + 1)
    }
  }

  /** Acknowledgements come in the order of the updates, and nothing else is acknowledged. */
  #acknowledged(): void {
    if (this.isInFlight) this.hasBeenAcknowledged()
  }

  #send(message: readonly number[]): void {
    this.wire.sendBinary(Uint8Array.from([...this.#name, ...message]))
  }
}
