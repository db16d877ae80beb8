/** Our own client, as the page runs it. */

import { WebSocket } from 'ws'
import type { Device } from '../../../client/sync/device.ts'
import type { Wire } from '../../../client/sync/link.ts'
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
  readonly #witness: Witness
  /** Something was written since the device had everything. */
  #isOwing = false
  #isOffline = false

  constructor(serverUrl: string, letter: string, token: string, witness: Witness, device: Device) {
    this.#witness = witness
    this.letter = letter
    const world: SessionWorld = {
      device,
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
    this.#session.subscribe(() => this.#noteKept())
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
    this.#isOwing = true
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

  async close(): Promise<void> {
    await this.#session.close()
    for (const socket of this.#sockets) socket.terminate()
  }

  #noteKept(): void {
    const { isWriting, fault } = this.#session.getSnapshot()
    if (!this.#isOwing || isWriting || fault !== null) return
    this.#isOwing = false
    this.#witness.note({ what: 'kept' })
  }
}
