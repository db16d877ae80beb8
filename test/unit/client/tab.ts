import type { DeviceStore } from '../../../client/sync/device-store.ts'
import { textOf } from '../../../client/sync/draft.ts'
import type { Locks } from '../../../client/sync/locks.ts'
import { Session } from '../../../client/sync/session.ts'
import type { SessionView } from '../../../client/sync/session-view.ts'
import { broadcast, type TabChannel } from '../../../client/sync/tab-channel.ts'
import { until } from '../../harness/deadline.ts'
import { ShareDbWorld } from './sharedb-world.ts'

/** A tab with a letter open in it, that can be killed: then it neither writes, nor sends, nor holds a lock any more. */
export class Tab {
  readonly world: ShareDbWorld
  readonly session: Session
  /** What it has told other tabs. */
  readonly said: string[] = []
  readonly #held = new Set<() => void>()
  readonly #channels = new Set<TabChannel>()
  #isDead = false

  /** @param browser  whose device and server it has */
  constructor(browser: ShareDbWorld, letter: string, member: string, isOffline = false) {
    this.world = new ShareDbWorld(browser)
    this.world.isOffline = isOffline
    this.world.time = browser.time
    // Ids sort by when they were made, in whichever tab.
    browser.time += 1
    const { store, locks } = browser.device
    this.world.channel = (name, hear) => {
      const channel = broadcast(`${browser.name}/${name}`, (message) => {
        if (!this.#isDead) hear(message)
      })
      this.#channels.add(channel)
      const post: TabChannel['post'] = (message) => {
        if (this.#isDead) return
        this.said.push(message.kind)
        channel.post(message)
      }
      return { post, close: () => channel.close() }
    }
    this.world.device = { store: this.#mortal(store), locks: this.#releasing(locks) }
    this.session = new Session(letter, member, this.world)
  }

  get view(): SessionView {
    return this.session.getSnapshot()
  }

  get text(): string {
    return textOf(this.session.components())
  }

  async open(phase: SessionView['phase'] = 'live'): Promise<this> {
    await this.session.open()
    await this.reaches(phase, { phase })
    return this
  }

  type(at: number, text: string): void {
    const { kind } = this.session.submit(at === 0 ? [{ insert: text }] : [{ retain: at }, { insert: text }])
    if (kind !== 'taken') throw new Error(`the tab does not take ${JSON.stringify(text)}`)
  }

  /** Types, and waits until the device has it. */
  async keep(at: number, text: string): Promise<void> {
    this.type(at, text)
    await this.reaches('kept', { isWriting: false })
  }

  async reaches(what: string, part: Partial<SessionView>): Promise<void> {
    const names = Object.keys(part) as (keyof SessionView)[]
    await until(what, () => names.every((name) => this.view[name] === part[name]), { seen: () => this.view })
  }

  offline(): void {
    this.world.isOffline = true
    this.world.wire.cut()
  }

  online(): void {
    this.world.isOffline = false
    this.world.reconnect()
  }

  /** As a crash of the tab, or of the browser. */
  kill(): void {
    this.fade()
    for (const letGo of this.#held) letGo()
  }

  /** Does nothing any more, but its locks are let go of only when it is killed: a page that is being put away. */
  fade(): void {
    this.#isDead = true
    for (const channel of this.#channels) channel.close()
    this.session.listen(null)
    this.world.isOffline = true
    for (const wire of this.world.wires) {
      wire.isMute = true
      wire.onclose = wire.onmessage = wire.onopen = null
      wire.close()
    }
  }

  #mortal(store: DeviceStore): DeviceStore {
    return {
      read: (prefix) => store.read(prefix),
      keys: (prefix) => store.keys(prefix),
      write: (batch) => (this.#isDead ? new Promise(() => undefined) : store.write(batch)),
      close: async () => undefined,
    }
  }

  #releasing(locks: Locks): Locks {
    return {
      take: async (name) => {
        const letGo = await locks.take(name)
        if (letGo !== null) this.#held.add(letGo)
        return letGo
      },
    }
  }
}
