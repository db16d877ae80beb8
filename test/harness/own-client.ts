/** Our own client, without a browser: the session of a letter over real sockets. */

import { WebSocket } from 'ws'
import type { Device } from '../../client/sync/device.ts'
import { textOf } from '../../client/sync/draft.ts'
import type { Wire } from '../../client/sync/link.ts'
import { PageLocks } from '../../client/sync/locks.ts'
import { MemoryStore } from '../../client/sync/memory-store.ts'
import { Session } from '../../client/sync/session.ts'
import type { SessionView } from '../../client/sync/session-view.ts'
import { type SessionWorld, timedId } from '../../client/sync/session-world.ts'
import { COLLAB_PATH } from '../../ot/wire.ts'
import type { Timer } from '../../server/clock.ts'
import { until } from './deadline.ts'
import { memberIn } from './tokens.ts'

/** How the sockets are opened, beside the token. */
export interface OwnClientOptions {
  /** Certificate authority of a server with TLS, PEM. */
  readonly ca?: string
  /** What survives this client: a `FileStore` survives its process. */
  readonly device?: Device
  /** Begins without a network. */
  readonly isOffline?: boolean
  /** What its pauses and deadlines go by; the time of day when left out. */
  readonly timer?: Timer
}

const realTimer: Timer = {
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

export class OwnClient {
  readonly session: Session
  readonly #sockets = new Set<WebSocket>()
  #isOffline = false

  /** Connects at once. @param serverUrl  asked for each socket: a server may be somewhere else after a while */
  constructor(serverUrl: () => string, docId: string, token: string, options: OwnClientOptions = {}) {
    this.#isOffline = options.isOffline ?? false
    const { ca, device = { store: new MemoryStore(), locks: new PageLocks() }, timer = realTimer } = options
    const world: SessionWorld = {
      device,
      open: () => {
        const address = new URL(COLLAB_PATH + docId, serverUrl().replace(/^http/, 'ws'))
        // Nobody listens on port 1.
        if (this.#isOffline) address.port = '1'
        const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` }, ca })
        this.#sockets.add(socket)
        socket.once('close', () => this.#sockets.delete(socket))
        return socket as unknown as Wire // its handlers are typed with ws's event classes
      },
      after: (ms, task) => timer.after(ms, task),
      now: () => performance.now(),
      random: () => Math.random(),
      createLetter: async (id, title) => {
        if (this.#isOffline) return 'unknown'
        const response = await fetch(new URL('/v1/docs', serverUrl()), {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ id, title, type: 'letter' }),
        })
        return response.ok ? 'made' : 'refused'
      },
      wallTime: () => Date.now(),
      newId: () => timedId(Date.now(), Math.random()),
    }
    this.session = new Session(docId, memberIn(token), world)
    void this.session.open()
  }

  get view(): SessionView {
    return this.session.getSnapshot()
  }

  get text(): string {
    return textOf(this.session.components())
  }

  type(text: string, at = 0): void {
    const { kind } = this.session.submit(at === 0 ? [{ insert: text }] : [{ retain: at }, { insert: text }])
    if (kind !== 'taken') throw new Error(`the client does not take ${JSON.stringify(text)}`)
  }

  /** The line is cut, and nobody can be reached until `online`. */
  offline(): void {
    this.#isOffline = true
    this.session.suspect()
  }

  online(): void {
    this.#isOffline = false
    this.session.wake()
  }

  /** Resolves when the letter is open, and the server has everything that was written here. */
  saved(): Promise<unknown> {
    return until(
      'our client to be live and saved',
      () => this.view.phase === 'live' && this.view.unsent === 0,
      {
        seen: () => this.view,
      },
    )
  }

  async close(): Promise<void> {
    await this.session.close()
    await until('the sockets to close', () => this.#sockets.size === 0)
  }
}
