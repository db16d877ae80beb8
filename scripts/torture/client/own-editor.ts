/** Our own client, as the page runs it. */

import { WebSocket } from 'ws'
import type { Wire } from '../../../client/sync/link.ts'
import { PageLocks } from '../../../client/sync/locks.ts'
import { MemoryStore } from '../../../client/sync/memory-store.ts'
import { Session } from '../../../client/sync/session.ts'
import { type SessionWorld, timedId } from '../../../client/sync/session-world.ts'
import { type Component, canonical, type Insert } from '../../../ot/component.ts'
import { COLLAB_PATH } from '../../../ot/wire.ts'
import { memberIn } from '../../../test/harness/tokens.ts'
import type { Editor } from './editor.ts'
import type { Witness } from './witness.ts'

export class OwnEditor implements Editor {
  readonly letter: string
  readonly #session: Session
  readonly #sockets = new Set<WebSocket>()
  #isOffline = false

  constructor(serverUrl: string, letter: string, token: string, witness: Witness) {
    this.letter = letter
    const world: SessionWorld = {
      device: { store: new MemoryStore(), locks: new PageLocks() },
      open: () => {
        const address = new URL(COLLAB_PATH + letter, serverUrl.replace(/^http/, 'ws'))
        // Nobody listens on port 1.
        if (this.#isOffline) address.port = '1'
        const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } })
        this.#sockets.add(socket)
        socket.once('close', () => this.#sockets.delete(socket))
        return witness.watch(socket) as unknown as Wire // its handlers are typed with ws's event classes
      },
      after(ms, task) {
        const timer = setTimeout(task, ms)
        return () => clearTimeout(timer)
      },
      now: () => performance.now(),
      random: () => Math.random(),
      wallTime: () => Date.now(),
      newId: () => timedId(Date.now(), Math.random()),
    }
    this.#session = new Session(letter, memberIn(token), world)
    void this.#session.open()
  }

  get content(): readonly Insert[] | null {
    return this.#session.hasLetter ? (canonical(this.#session.components()) as Insert[]) : null // inserts only
  }

  get version(): number {
    return this.#session.getSnapshot().version
  }

  get isLive(): boolean {
    return this.#session.getSnapshot().phase === 'live'
  }

  get isWaiting(): boolean {
    return this.#session.getSnapshot().unsent > 0
  }

  get drafts(): readonly string[] {
    return this.#session.getSnapshot().drafts.map(({ written, whole }) => written || whole)
  }

  submit(op: readonly unknown[]): void {
    const submitted = this.#session.submit(op as Component[]) // made by the writer
    if (submitted.kind === 'refused') throw submitted.error
  }

  offline(): void {
    this.#isOffline = true
    this.#session.suspect()
  }

  online(): void {
    this.#isOffline = false
    this.#session.wake()
  }

  close(): void {
    void this.#session.close()
    for (const socket of this.#sockets) socket.terminate()
  }
}
