import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { person, type Visits } from './delivery-people.ts'
import type { Heard, RawSocket } from './delivery-socket.ts'

/** Between attempts of somebody who comes back. */
const AGAIN_MS = 50

/** Somebody who types, one op after the other, and remembers what was acknowledged. */
export class Writer {
  readonly letter: string
  /** Ops that were sent again, because nobody had said what had become of them. */
  resent = 0
  /** The codes the sockets of `persist` closed with, oldest first. */
  readonly closes: number[] = []
  readonly #person = person()
  /** The version each op was acknowledged at, by seq. */
  readonly #acknowledged = new Map<number, number>()
  #socket: RawSocket | null = null
  #source = ''
  #seq = 0

  constructor(letter: string) {
    this.letter = letter
  }

  /** Opens a socket; first of all it sends again what was cut off. */
  async connect(node: Visits): Promise<void> {
    this.#socket = await node.knock(this.letter, this.#person)
    if (this.#source === '') this.#source = this.#socket.source
    if (this.#seq === this.#acknowledged.size) return
    this.resent++
    await this.#send()
  }

  /** Writes until the socket closes. */
  async write(whenAcknowledged: () => void): Promise<void> {
    try {
      for (;;) {
        this.#seq++
        await this.#send()
        whenAcknowledged()
      }
    } catch {
      await this.#socket!.closed()
    }
  }

  /**
   * Writes for as long as it is asked to, and comes back whenever the socket closes, until all is acknowledged.
   *
   * @param node  where to come back to
   */
  async persist(node: () => Visits, goesOn: () => boolean, whenAcknowledged = () => {}): Promise<void> {
    for (;;) {
      try {
        await this.connect(node())
        while (goesOn()) {
          this.#seq++
          await this.#send()
          whenAcknowledged()
        }
        return
      } catch (error) {
        if (this.#socket!.isOpen) throw error
        this.closes.push(await this.#socket!.closed())
        await pause(AGAIN_MS)
      }
    }
  }

  async #send(): Promise<void> {
    const seq = this.#seq
    this.#socket!.tell('op', { v: null, seq, src: this.#source, op: [{ insert: `${seq} ` }] })
    const { v, error } = await this.#socket!.hears({ a: 'op', src: this.#source, seq })
    expect(error).to.equal(undefined)
    this.#acknowledged.set(seq, v!)
  }

  /** Every op is among these once, at the version it was acknowledged at. */
  expectIn(ops: readonly Heard[]): void {
    const own = ops.filter(({ src }) => src === this.#source)
    expect(own.map(({ seq, v }) => [seq, v])).to.have.deep.members([...this.#acknowledged])
    expect(own).to.have.length(this.#seq)
  }

  leave(): Promise<void> {
    return this.#socket!.close()
  }
}
