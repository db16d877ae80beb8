import { Connection } from 'sharedb/lib/client/index.js'
import { canonical, componentsOf, type Insert } from '../../ot/component.ts'
import { letter } from '../../ot/letter.ts'
import { Link, type LinkState, type LinkWorld } from './link.ts'
import type { Op, Sent } from './replica.ts'

/**
 * A letter's line to the server: ShareDB's connection over a link that comes back, and the messages about this one letter.
 *
 * ShareDB's own document is not used. It numbers an op when it sends it, tells nobody, and answers an error to one op by throwing
 * away every other: it cannot be kept on a device. The connection is: it greets, is given a source and counts seqs.
 *
 * Order on a new socket: the handshake, then the subscription at the version there is here, then, when everything since has come,
 * what is to be sent. So an op whose acknowledgement was lost is found among what comes, by its source and seq, and is not sent again
 * at all. (Subscribing first would double text if the letter itself were fetched; ops since a version name their source.)
 */

/** What a line tells. Nothing is told after `close`. */
export interface LineListener {
  /** The server's greeting: its database, and whom it takes us for; null when it does not say. */
  greeted(epoch: string | null, member: string | null): void
  /** The letter as the server has it; asked for when `version` was null. */
  loaded(version: number, letter: readonly Insert[]): void
  /** Everything since the version subscribed at has come. */
  level(): void
  heard(message: OpMessage): void
  /** @param of  the op that was refused; null when it was a subscription, a fetch or the handshake */
  failed(code: string, of: { readonly source: string; readonly seq: number } | null): void
  /** There is no such letter. */
  gone(): void
  changed(state: LinkState): void
}

/** Somebody's op, in the log; ours too. */
export interface OpMessage {
  /** The version before it. */
  readonly version: number
  readonly source: string | null
  readonly seq: number | null
  /** Null when this is the bare acknowledgement of our own op. */
  readonly op: Op | null
  /** What the server added to it, for whoever has sent it. */
  readonly fixups: readonly Op[]
}

/** What the server says, as far as it is about a letter. It is our own server's, and trusted. */
interface Message {
  readonly a: string
  readonly c?: string
  readonly d?: string
  readonly v?: number
  readonly src?: string
  readonly seq?: number
  readonly op?: unknown
  readonly del?: boolean
  readonly fixup?: readonly { readonly op: unknown }[]
  readonly data?: { readonly v: number; readonly type: string | null; readonly data?: unknown }
  readonly error?: { readonly code?: string | number; readonly message?: string }
  readonly epoch?: string
  readonly member?: string
}

const COLLECTION = 'letters'

export class LetterLine {
  readonly link: Link
  readonly #document: string
  readonly #listener: LineListener
  readonly #connection: Connection
  /** The version to subscribe at when there is a socket; null when the letter is not here. */
  readonly #version: () => number | null
  /** The epoch to present; null when none is known. */
  readonly #epoch: () => string | null
  #isLevel = false
  #isFetching = false
  #isClosed = false

  constructor(
    document: string,
    world: LinkWorld,
    here: { version(): number | null; epoch(): string | null },
    listener: LineListener,
  ) {
    this.#document = document
    this.#version = here.version
    this.#epoch = here.epoch
    this.#listener = listener
    this.link = new Link(world)
    // The link has all that ShareDB uses of a socket; its types ask for a little more than that.
    this.#connection = new Connection(this.link as unknown as ConstructorParameters<typeof Connection>[0])
    this.link.onstate = (state) => this.#tell(() => this.#listener.changed(state))
    this.#connection.on('receive', ({ data }) => this.#tell(() => this.#receive(data as Message)))
    this.#connection.on('send', (message) => {
      const epoch = this.#epoch()
      if (message.a === 'hs' && epoch !== null) message.epoch = epoch
    })
    this.#connection.on('state', (state) => {
      this.#isLevel = false
      this.#isFetching = false
      if (state === 'connected') this.#ask('s', this.#version())
    })
    this.#connection.on('error', (error: { code?: unknown }) =>
      this.#tell(() => this.#listener.failed(String(error.code), null)),
    )
  }

  /** What is written can be sent, and what others write arrives. */
  get isLevel(): boolean {
    // The link says that it is gone before ShareDB's connection does.
    return this.#isLevel && this.link.state.kind === 'open'
  }

  get source(): string | null {
    return this.#connection.id
  }

  /** A name for an op that nobody has had before. Only on a line that is level. */
  name(): { source: string; seq: number } {
    return { source: this.#connection.id!, seq: this.#connection.seq++ }
  }

  send({ source, seq, op }: Sent, version: number): void {
    this.#connection.send({
      a: 'op',
      c: COLLECTION,
      d: this.#document,
      v: version,
      src: source,
      seq,
      op: { ops: op },
      x: {},
    })
  }

  /** Asks for what is missing between `version` and an op that came too early. */
  fetch(version: number): void {
    if (this.#isFetching) return
    this.#isFetching = true
    this.#ask('f', version)
  }

  close(): void {
    this.#isClosed = true
    this.#isLevel = false
    this.link.close()
  }

  #ask(kind: 's' | 'f', version: number | null): void {
    this.#connection.send({ a: kind, c: COLLECTION, d: this.#document, v: version })
  }

  #receive(message: Message): void {
    const { a, c, d, error } = message
    if (a === 'init') return this.#listener.greeted(message.epoch ?? null, message.member ?? null)
    if (c !== COLLECTION || d !== this.#document || !['s', 'f', 'op'].includes(a)) return
    if (error) {
      const { src, seq } = message
      const of = a === 'op' && src !== undefined && seq !== undefined ? { source: src, seq } : null
      return this.#listener.failed(String(error.code), of)
    }
    if (a === 'op') return this.#hear(message)
    if (a === 'f') {
      this.#isFetching = false
      return
    }
    this.#subscribed(message.data)
  }

  #subscribed(data: Message['data']): void {
    this.#isLevel = true
    if (data !== undefined) {
      if (data.type !== letter.uri) return this.#listener.gone()
      this.#listener.loaded(data.v, componentsOf(data.data) as readonly Insert[]) // a letter holds nothing else
    }
    this.#listener.level()
  }

  #hear({ v, src, seq, op, del, fixup }: Message): void {
    if (del) return this.#listener.gone()
    this.#listener.heard({
      version: v!, // every op message has one
      source: src ?? null,
      seq: seq ?? null,
      op: op === undefined ? null : canonical(componentsOf(op)),
      fixups: (fixup ?? []).map((added) => canonical(componentsOf(added.op))),
    })
  }

  #tell(what: () => void): void {
    if (!this.#isClosed) what()
  }
}
