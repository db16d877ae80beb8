import type { Delivery } from './delivery.ts'
import { adoptOutbox, type Owned } from './device.ts'
import type { Batch } from './device-store.ts'
import { differenceBeforeEnd } from './draft.ts'
import type { Guest } from './guest.ts'
import { guestMarks, type HostLock, takeHostLock } from './guest-marks.ts'
import { Hosting } from './hosting.ts'
import { type Op, stateOf } from './replica.ts'
import type { SessionWorld } from './session-world.ts'
import { channelOf, type TabChannel, type TabMessage } from './tab-channel.ts'
import { Visiting } from './visiting.ts'

/**
 * The tabs of one browser that have one letter open without a network, as one of them sees it: each shows what is written in the
 * others. While there is a network the server does that, and nothing of this has a part in it.
 *
 * One tab, which is offline and has edits of its own, hosts the letter (hosting.ts); others, which are offline and have none, visit it
 * (visiting.ts): they show what the host shows, and what is written in them goes into its outbox. So every edit is in one outbox, and
 * there is one way to the server, that of delivery.ts.
 *
 * States: alone, hosting, visiting.
 */

export interface TogetherDeps {
  readonly document: string
  readonly member: string
  readonly world: SessionWorld
  /** The own one; null before there is one. */
  delivery(): Delivery | null
  /** What is shown has changed, and nobody wrote here. */
  shows(op: Op): void
  /** Delivers that outbox from now on, instead of the own one, which is empty. */
  takesOver(owned: Owned): Delivery
  changed(): void
}

/** Who has no server for so long is offline; a host is looked after as often. */
const TICK_MS = 1_000

export class Together {
  readonly #deps: TogetherDeps
  readonly #visiting: Visiting
  #channel: TabChannel | null = null
  #hosting: Hosting | null = null
  #isOffline = false
  #isActing = false
  #cancelTick: (() => void) | null = null
  #isClosed = false

  constructor(deps: TogetherDeps) {
    this.#deps = deps
    const post = (message: TabMessage) => this.#channel?.post(message)
    this.#visiting = new Visiting({ ...deps, post, act: () => void this.#act() })
  }

  /** There is a delivery, and a device that keeps it. */
  open(): void {
    const { world, member, document } = this.#deps
    this.#channel = world.channel?.(channelOf(member, document), (message) => this.#hear(message)) ?? null
    this.look()
  }

  /** What is shown here, and what of it nobody else has, while this tab is a guest; null when the own delivery is asked. */
  get guest(): Pick<Guest, 'replica' | 'status'> | null {
    return this.#visiting.guest
  }

  /** Takes an op on what is shown, of a size the server takes and in canonical form. `aside` lands with it. */
  write(op: Op, aside: Batch): void {
    if (this.#visiting.guest !== null) return this.#visiting.write(op, aside)
    const mark = this.#deps.delivery()!.write(op, aside)
    this.#hosting?.happened(op, mark)
  }

  // What the own delivery tells

  kept(): void {
    this.#hosting?.kept()
  }

  mayLeave(): boolean {
    return this.#hosting === null || !this.#hosting.holdsBack
  }

  /** What the own delivery shows has changed by `op`, which was not written here. */
  shows(op: Op): void {
    if (this.#visiting.guest !== null) return
    this.#deps.shows(op)
    this.#hosting?.happened(op, 0)
  }

  /** The letter of the own delivery was replaced. @returns whether that is to be seen */
  replaced(): boolean {
    this.#stop()
    return this.#visiting.guest === null
  }

  /** Something has changed: does what follows from it. */
  look(): void {
    const delivery = this.#deps.delivery()
    if (this.#channel === null || this.#isClosed || delivery === null) return
    const { isLive, replica } = delivery
    if (isLive || replica === null) this.#isOffline = false
    const hosting = this.#hosting
    if (hosting !== null) {
      hosting.kept()
      if (replica === null || hosting.isDone) this.#stop()
    }
    this.#visiting.look()
    if (!isLive || !this.#isAlone) this.#tickLater()
    else this.#visiting.forgetPass()
    if (this.#isOffline && this.#isAlone && stateOf(replica!) !== 'synchronised') void this.#act()
  }

  /** The tab is closed. Resolves when nothing is left here but what the own outbox has. */
  async close(): Promise<void> {
    this.#hosting?.quiet()
    await this.#visiting.close()
    this.#isClosed = true
    this.#cancelTick?.()
  }

  /** After the outbox was let go of: another tab may take it over. */
  async closed(): Promise<void> {
    await this.#hosting?.stop(true)
    this.#channel?.close()
  }

  get #isAlone(): boolean {
    return this.#visiting.guest === null && this.#hosting === null
  }

  #hear(message: TabMessage): void {
    if (this.#isClosed) return
    try {
      this.#hosting?.hear(message)
    } catch {
      // What a guest gives does not fit: nobody knows why, and it is better off without this host.
      this.#stop()
    }
    this.#visiting.hear(message, this.#isOffline && this.#isAlone)
    if (message.kind === 'hosts' && this.#isOffline && this.#isAlone) void this.#act()
    this.#deps.changed()
    this.#visiting.onChange()
  }

  #tickLater(): void {
    this.#cancelTick ??= this.#deps.world.after(TICK_MS, () => {
      this.#cancelTick = null
      const { isLive, replica } = this.#deps.delivery()!
      this.#isOffline = !isLive && replica !== null
      this.#hosting?.count()
      this.#visiting.tick()
      this.look()
      void this.#act()
    })
  }

  /** Does what takes a while, one thing at a time. What could not be done is tried with the next tick. */
  async #act(): Promise<void> {
    if (this.#isActing || this.#isClosed) return
    this.#isActing = true
    try {
      if (this.#visiting.guest !== null) {
        const lock = await this.#visiting.follow()
        if (lock !== null) await this.#host(lock)
      } else if (this.#isOffline && this.#isAlone) {
        const hasEdits = stateOf(this.#deps.delivery()!.replica!) !== 'synchronised'
        const { world, member, document } = this.#deps
        const lock = hasEdits ? await takeHostLock(world.device, member, document) : null
        if (lock !== null) await this.#host(lock)
        if (!hasEdits && !(await this.#inherit())) await this.#visiting.knock()
      }
    } catch {
      // The device does not answer.
    } finally {
      this.#isActing = false
      this.#visiting.onChange()
    }
  }

  /**
   * Goes on with what a tab has left that was not quite gone when this one was opened: a page that is put away may own its outbox
   * for a moment still, and nobody else shows what is in it.
   *
   * @returns whether there was something
   * @throws DeviceError
   */
  async #inherit(): Promise<boolean> {
    const { world, member, document, delivery, takesOver, shows, changed } = this.#deps
    const left = await adoptOutbox(world.device, member, document, world)
    if (left === null) return false
    const { replica } = delivery()!
    const isWanted = !this.#isClosed && this.#isOffline && this.#isAlone && replica !== null
    if (!isWanted || stateOf(replica) !== 'synchronised') {
      left.letGo()
      return false
    }
    const between = differenceBeforeEnd(replica.shown, takesOver(left).replica!.shown)
    if (between.length > 0) shows(between)
    changed()
    return true
  }

  /** Begins to host, if that is still wanted. */
  async #host(lock: HostLock): Promise<void> {
    try {
      const { world, member, document, shows } = this.#deps
      const marks = await guestMarks(world.device, member, document)
      const delivery = this.#deps.delivery()!
      const { replica, outbox } = delivery
      const isWanted = !this.#isClosed && this.#isAlone && replica !== null && outbox.fault === null
      if (!isWanted || stateOf(replica) === 'synchronised') return lock.letGo()
      this.#hosting = new Hosting({
        ...{ id: world.newId(), member, document, delivery, marks, shows },
        post: (message) => this.#channel?.post(message),
        now: () => world.now(),
        after: (ms, task) => world.after(ms, task),
        letGo: () => lock.letGo(),
      })
    } catch (error) {
      lock.letGo()
      throw error
    }
  }

  #stop(): void {
    const hosting = this.#hosting
    this.#hosting = null
    void hosting?.stop(false)
  }
}
