import type { IncomingMessage } from 'node:http'
import type { Socket as RawSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { CollabError } from '../../ot/errors.ts'
import { CLOSE, COLLAB_PATH, HEARTBEAT_MS, LIMITS, UUID } from '../../ot/wire.ts'
import type { Authenticator } from '../auth/authenticate.ts'
import { may, roleOf } from '../auth/may.ts'
import { checkOrigin, type OriginRules } from '../auth/origin.ts'
import type { Principal } from '../auth/principal.ts'
import type { SourceIssuer } from '../auth/source.ts'
import type { Letters } from '../doc/letters.ts'
import type { Log } from '../log.ts'
import type { Entrant } from './gate.ts'
import { Socket } from './socket.ts'

export interface DoorParts {
  readonly auth: Authenticator
  readonly letters: Pick<Letters, 'find'>
  readonly origins: OriginRules
  readonly sources: SourceIssuer
  /** Of the database. */
  readonly epoch: string
  /** Finds out whether the database still is of that epoch; whoever is told that it is not closes this door. */
  readonly lookAtEpoch: () => Promise<void>
  readonly log: Log
  /** Connects a socket to the documents. */
  readonly welcome: (socket: Socket, entrant: Entrant) => void
}

/** When the node closes, this many sockets are sent away with each tick, or more: all of them within so many ticks. */
const MIN_RELEASED = 10
const RELEASE_TICKS = 80
const TICK_MS = 100
/** Longest a timer can be set for. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Somebody who may come in, and what they may do there. */
interface Admitted extends Pick<Entrant, 'mayEdit' | 'mayReadHistory'> {
  readonly principal: Principal
}

/**
 * The live door: turns upgrade requests at /v1/collab/:docId into sockets (idea 4).
 *
 * Who asks, and for which letter, is settled here, before a single byte of the socket is read. What a person can
 * mend (sign in, ask for access) is told by a close code, because a browser shows a page nothing of an HTTP
 * error at this point; what only a hostile or broken client does is refused before the upgrade.
 */
export class Door {
  readonly #parts: DoorParts
  readonly #sockets = new Set<Socket>()
  readonly #heartbeat: NodeJS.Timeout
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.messageBytes,
    // A compressed megabyte of zeros is a kilobyte: compression is the balancer's business.
    perMessageDeflate: false,
    clientTracking: false,
  })
  #isClosed = false

  constructor(parts: DoorParts) {
    this.#parts = parts
    this.#heartbeat = setInterval(() => {
      for (const socket of this.#sockets) socket.ping()
    }, HEARTBEAT_MS).unref()
  }

  get count(): number {
    return this.#sockets.size
  }

  /** Takes nobody in any more, and sends everybody away to load the letter anew. */
  reload(): void {
    this.#isClosed = true
    clearInterval(this.#heartbeat)
    for (const socket of this.#sockets) socket.close(CLOSE.reload, 'reload')
  }

  /**
   * Takes nobody in any more, and sends everybody away to connect again elsewhere: at a steady rate, so that they do not
   * all arrive there at once. Whoever has not been told goes on as before. Resolves when everybody has gone.
   *
   * @param signal  ends the patience: who is left is told at once, and cut off
   */
  async release(signal: AbortSignal): Promise<void> {
    this.#isClosed = true
    const perTick = Math.ceil(Math.max(this.count / RELEASE_TICKS, MIN_RELEASED))
    const waiting = [...this.#sockets]
    while (waiting.length > 0 && !signal.aborted) {
      for (const socket of waiting.splice(0, perTick)) socket.close(CLOSE.restart, 'restart')
      await pause(TICK_MS, undefined, { signal }).catch(() => undefined) // then it is over
    }
    while (this.count > 0 && !signal.aborted) {
      await pause(TICK_MS, undefined, { signal }).catch(() => undefined)
    }
    for (const socket of this.#sockets) {
      socket.close(CLOSE.restart, 'restart')
      socket.terminate()
    }
    clearInterval(this.#heartbeat)
  }

  /** An upgrade request of the HTTP server. */
  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    // Until ws takes over, an error here would have no listener and end the process.
    raw.on('error', () => raw.destroy())
    const id = letterIn(request.url)
    if (this.#isClosed) return refuse(raw, 503, 'Service Unavailable')
    if (id === null) return refuse(raw, 404, 'Not Found')
    try {
      checkOrigin(request.headers, this.#parts.origins)
    } catch {
      return refuse(raw, 403, 'Forbidden')
    }
    this.#admit(request, id).then(
      (admitted) => this.#accept(request, raw, head, (ws) => this.#open(ws, raw as RawSocket, id, admitted)),
      (error) => this.#accept(request, raw, head, (ws) => this.#turnAway(ws, error)),
    )
  }

  async #admit(request: IncomingMessage, id: string): Promise<Admitted> {
    const { authorization, cookie } = request.headers
    const { auth, lookAtEpoch } = this.#parts
    const [principal] = await Promise.all([auth.authenticate({ authorization, cookie }), lookAtEpoch()])
    const letter = await this.#parts.letters.find(principal.firm, id)
    const role = letter === null ? 'none' : roleOf(principal, letter)
    if (!may(role, 'read')) throw new CollabError('document/not-found', 'There is no such letter.')
    return { principal, mayEdit: may(role, 'edit'), mayReadHistory: may(role, 'history') }
  }

  #accept(request: IncomingMessage, raw: Duplex, head: Buffer, then: (ws: WebSocket) => void): void {
    if (raw.destroyed) return
    this.#server.handleUpgrade(request, raw, head, then)
  }

  #open(ws: WebSocket, raw: RawSocket, id: string, { principal, ...rights }: Admitted): void {
    if (this.#isClosed) return ws.close(CLOSE.restart, 'restarting')
    const { sources, epoch } = this.#parts
    const key = { collection: 'letters', id }
    // Small messages, many of them: waiting to fill a packet would hold each one back.
    raw.setNoDelay(true)
    const socket = new Socket(ws, raw, { key, principal, source: sources.issue(principal.member), epoch })
    this.#sockets.add(socket)
    this.#parts.log.debug({ document: id, member: principal.member }, 'a socket was opened')
    const expiry = this.#closeAtExpiry(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      clearTimeout(expiry)
    })
    const provenance = (source: string) => sources.provenance(source, principal.member)
    this.#parts.welcome(socket, { key, ...rights, provenance, epoch })
  }

  #closeAtExpiry(socket: Socket): NodeJS.Timeout | undefined {
    const { expiresAt } = socket.principal
    if (expiresAt === null) return undefined
    const ms = Math.min(Math.max(0, expiresAt - Date.now()), MAX_TIMER_MS)
    // Not unref'd: of such timers Node keeps a list for each duration, also when it is empty, until it would have ended. Here
    // every socket has a duration of its own, up to hours.
    return setTimeout(() => socket.close(CLOSE.unauthenticated, 'session ended'), ms)
  }

  #turnAway(ws: WebSocket, error: unknown): void {
    ws.on('error', () => undefined)
    const status = error instanceof CollabError ? error.status : 500
    if (status === 401) return ws.close(CLOSE.unauthenticated, 'sign in')
    if (status === 403) return ws.close(CLOSE.forbidden, 'not allowed')
    if (status === 404) return ws.close(CLOSE.notFound, 'no such letter')
    this.#parts.log.error({ err: error }, 'could not open a socket')
    ws.close(CLOSE.tryAgain, 'try again')
  }
}

function letterIn(url: string | undefined): string | null {
  const path = url?.split('?', 1)[0] ?? ''
  const id = path.startsWith(COLLAB_PATH) ? path.slice(COLLAB_PATH.length) : ''
  return UUID.test(id) ? id : null
}

function refuse(raw: Duplex, status: number, text: string): void {
  raw.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
