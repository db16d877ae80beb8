import { CollabError, isOurFault } from '../../ot/errors.ts'
import { CLOSE, LIMITS } from '../../ot/wire.ts'
import type { Document } from '../doc/document.ts'
import type { Documents } from '../doc/documents.ts'
import { checkBase } from '../doc/step.ts'
import type { DocumentKey, Outcome, Snapshot } from '../doc/types.ts'
import { fixupIn, opFrames } from './frames.ts'
import { type Membership, Room } from './room.ts'
import { sendAway } from './send-away.ts'
import { Agent, type Reply, type Request, type ShareBackend, type ShareOp } from './sharedb.ts'
import type { Socket } from './socket.ts'

export interface AgentDeps {
  readonly documents: Documents
  readonly onFault: (error: unknown, socket: Socket) => void
}

/**
 * ShareDB's agent for one socket, on our documents: it speaks ShareDB's protocol, while reading, submitting and
 * delivering go straight to `server/doc`, and ops arrive as bytes shared with the whole room.
 */
export class CollabAgent extends Agent {
  readonly #deps: AgentDeps
  readonly #socket: Socket

  constructor(backend: ShareBackend, socket: Socket, deps: AgentDeps) {
    super(backend, socket)
    this.#deps = deps
    this.#socket = socket
  }

  /**
   * ShareDB would invent a source here; ours is issued (rule S5). The epoch is for a client to present when it comes back
   * (rule S9), the member for one that keeps edits on its device and must not send them for somebody else. Called first by the constructor above us.
   */
  override _initMessage(action: string): object {
    const { source, epoch, principal } = this.stream as Socket
    this.clientId = source
    return { ...super._initMessage(action), epoch, member: principal.member }
  }

  // Reading

  override _fetch(collection: string, id: string, version: number | null, callback: Reply): void {
    this.#answer(callback, async () => {
      const document = await this.#open({ collection, id })
      if (version === null || version === undefined) return { data: dataOf(document.durable) }
      await this.#sendSince(document, version)
      return {}
    })
  }

  override _subscribe(collection: string, id: string, version: number | null, callback: Reply): void {
    this.#answer(callback, async () => {
      const key = { collection, id }
      const document = await this.#open(key)
      if (version === null || version === undefined) {
        const snapshot = document.durable
        this.#join(document, snapshot.version)
        return { data: dataOf(snapshot) }
      }
      await this.#sendSince(document, version, (reached) => this.#join(document, reached))
      return {}
    })
  }

  override _fetchBulk(
    collection: string,
    versions: string[] | Record<string, number>,
    callback: Reply,
  ): void {
    this.#bulk(versions, callback, (id, version, reply) => this._fetch(collection, id, version, reply))
  }

  override _subscribeBulk(
    collection: string,
    versions: string[] | Record<string, number>,
    callback: Reply,
  ): void {
    this.#bulk(versions, callback, (id, version, reply) => this._subscribe(collection, id, version, reply))
  }

  override _fetchSnapshot(collection: string, id: string, version: number | null, callback: Reply): void {
    this.#answer(callback, async () => {
      const key = { collection, id }
      const { documents } = this.#deps
      const snapshot = await (version === null || version === undefined
        ? documents.read(key)
        : documents.readAt(key, version))
      return { v: snapshot.version, type: snapshot.type, data: snapshot.data }
    })
  }

  /**
   * Sends the ops after `version` until the client is level with the document.
   *
   * @param whenLevel  called at that moment: nothing can be committed between the last op sent and the call
   * @throws CollabError op/version-ahead, op/version-behind
   */
  async #sendSince(
    document: Document,
    version: number,
    whenLevel?: (reached: number) => void,
  ): Promise<void> {
    await document.catchUpTo(version)
    checkBase(version, document.durable.version, LIMITS.opsToCatchUp)
    await this.#sendOps(document, version, Number.POSITIVE_INFINITY, whenLevel)
  }

  /** Sends the ops after `version`, up to `to` or the durable version, in pieces, as the client takes them (rule R2). */
  async #sendOps(
    document: Document,
    version: number,
    to: number,
    whenThere?: (reached: number) => void,
  ): Promise<void> {
    let reached = version
    while (this.#socket.isOpen) {
      const found = document.ops(reached, to)
      const ops = 'then' in found ? await found : found
      if (ops.length > 0) {
        this.#socket.send(opFrames(document.key, ops))
        reached = ops[ops.length - 1]!.version
      }
      if (reached >= Math.min(to, document.durable.version)) return whenThere?.(reached)
      await this.#socket.hasRoom()
    }
  }

  #join(document: Document, version: number): void {
    const { collection, id } = document.key
    if (this.closed) return
    this.#leave(collection, id)
    // ShareDB's agent destroys what stands here when its client is gone.
    this.subscribedDocs[collection] ??= Object.create(null) as Record<string, Membership>
    this.subscribedDocs[collection][id] = roomOf(document).join(this.#socket, version)
  }

  #leave(collection: string, id: string): void {
    this.subscribedDocs[collection]?.[id]?.destroy()
    delete this.subscribedDocs[collection]?.[id]
  }

  override _unsubscribe(collection: string, id: string, callback: () => void): void {
    this.#leave(collection, id)
    callback()
  }

  override _unsubscribeBulk(
    collection: string,
    ids: string[] | Record<string, unknown>,
    callback: () => void,
  ): void {
    for (const id of Array.isArray(ids) ? ids : Object.keys(ids)) this.#leave(collection, id)
    callback()
  }

  // Submitting

  override _submit(collection: string, id: string, op: ShareOp, callback: Reply): void {
    const key = { collection, id }
    const { documents } = this.#deps
    const base = op.v ?? null
    const ack = { src: op.src, seq: op.seq }
    const submission = {
      change: { op: op.op },
      base,
      source: op.src!, // set by ShareDB from the message or the handshake, checked by the gate
      seq: op.seq!,
      author: this.#socket.principal.member,
      origin: null,
      keepNoOp: true,
    }
    const done = this.#socket.takeInHand()
    const resident = documents.resident(key)
    const outcome = resident ? resident.submit(submission) : documents.submit(key, submission)
    outcome.then(
      (result) => {
        done()
        this.#acknowledge(key, base, ack, result, callback)
      },
      (error) => {
        done()
        this.#refuse(error, callback)
      },
    )
  }

  #acknowledge(key: DocumentKey, base: number | null, ack: object, outcome: Outcome, callback: Reply): void {
    // In the room it has heard its own op by now, and everything before it: that was the acknowledgement.
    if (outcome.kind === 'committed' && this.subscribedDocs[key.collection]?.[key.id] !== undefined) return
    this.#answer(callback, async () => {
      const document = await this.#open(key)
      if (base !== null) await this.#sendOps(document, base, outcome.version - 1)
      const [own] = await document.ops(outcome.version - 1, outcome.version)
      const fixup = own === undefined ? null : fixupIn(own)
      const v = outcome.version - 1
      return { ...ack, v, ...(fixup === null ? {} : { fixup: [{ ...ack, v, op: fixup }] }) }
    })
  }

  // Answering

  #open(key: DocumentKey): Promise<Document> {
    return this.#deps.documents.open(key)
  }

  #answer(callback: Reply, work: () => Promise<Record<string, unknown>>): void {
    work().then(
      (message) => callback(null, message),
      (error) => this.#refuse(error, callback),
    )
  }

  /**
   * An error reply makes a stock client throw away everything it has not sent yet. It gets one only when its
   * own message is wrong; for a fault of ours the socket is closed, and the client resends (rule S8).
   */
  #refuse(error: unknown, callback: Reply): void {
    if (sendAway(this.#socket, error)) return
    if (!isOurFault(error)) return callback(error)
    this.#deps.onFault(error, this.#socket)
    this.#socket.close(CLOSE.tryAgain, 'try again')
  }

  /** ShareDB would send the whole request back with the error, and the text of any exception. */
  override _reply(request: Request, error: unknown, message?: Record<string, unknown>): void {
    if (!error) return super._reply(request, null, message)
    if (!(error instanceof CollabError) && !isShareError(error)) return this.#refuse(error, () => undefined)
    const { code, message: text } = error as { code: string; message: string }
    const { a, c, d, b, id, src, seq, v } = request
    this.send({ a, c, d, b, id, src, seq, v, error: { code, message: text } })
  }

  #bulk(
    versions: string[] | Record<string, number>,
    callback: Reply,
    one: (id: string, version: number | null, reply: Reply) => void,
  ): void {
    const wanted = Array.isArray(versions)
      ? versions.map((id) => [id, null] as const)
      : Object.entries(versions)
    const answers = wanted.map(
      ([id, version]) =>
        new Promise<[string, unknown]>((resolve, reject) => {
          one(id, version, (error, message) => (error ? reject(error) : resolve([id, message?.data])))
        }),
    )
    Promise.all(answers).then(
      (data) => callback(null, Array.isArray(versions) ? { data: Object.fromEntries(data) } : {}),
      (error) => this.#refuse(error, callback),
    )
  }
}

/** ShareDB's own complaints about a message carry codes like ERR_MESSAGE_BADLY_FORMED. */
function isShareError(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && code.startsWith('ERR_')
}

function dataOf({ version, type, data }: Snapshot): Record<string, unknown> {
  return { v: version, data, type }
}

const rooms = new WeakMap<Document, Room>()

function roomOf(document: Document): Room {
  let room = rooms.get(document)
  if (room === undefined) {
    room = new Room(document)
    rooms.set(document, room)
  }
  return room
}
