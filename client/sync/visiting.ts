import type { Insert } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import { adoptFrom } from './device.ts'
import type { Batch } from './device-store.ts'
import { Guest } from './guest.ts'
import { guestLockOf, guestMarks, type HostLock, takeHostLock } from './guest-marks.ts'
import { editsIn, type Op, queueOf } from './replica.ts'
import { LATE_MS, type TabMessage } from './tab-channel.ts'
import type { TogetherDeps } from './together.ts'

/**
 * This tab as a guest of another one (guest.ts): how it gets in, what becomes of it when its host is gone, and how it is alone again.
 * The own delivery goes on unseen meanwhile, with nothing to deliver.
 *
 * States
 *   none      no guest; the own delivery is what is shown
 *   served    by a host, which is looked after
 *   stranded  the host is gone: this tab looks for another one, or takes over the outbox of the last one if no tab has it. Where there
 *             is neither, it is alone again, as soon as it is known what was taken.
 *
 * Invariants
 *   - a tab with edits of its own visits nobody: so an edit is in one outbox only;
 *   - whether a host that is gone took an op is read from the device, and only while holding the host's lock: nobody takes it then;
 *   - nothing that a guest wrote is carried into a letter of another epoch (rule S9).
 */

export interface VisitingDeps extends TogetherDeps {
  post(message: TabMessage): void
  /** There is something to be done that takes a while: `follow`, while there is a guest. */
  act(): void
}

/** How often a guest without a host asks for one, whose text is shown meanwhile and cannot be kept. */
const PATIENCE = 3
/** How long a tab that is closed waits for its host to take what was written. */
const CLOSING_MS = 5_000

export class Visiting {
  readonly #deps: VisitingDeps
  #guest: Guest | null = null
  /** Under which this tab is a guest, and what lets go of the lock that says so. */
  #pass: { readonly id: string; letGo(): void } | null = null
  /** The last question that was asked: only its answer knows of everything that was said before it. */
  #ask = 0
  #stranded = 0
  #isClosed = false
  /** Something has come of it. */
  onChange: () => void = () => undefined

  constructor(deps: VisitingDeps) {
    this.#deps = deps
  }

  get guest(): Guest | null {
    return this.#guest
  }

  write(op: Op, aside: Batch): void {
    this.#guest!.write(op, aside)
    this.#give()
  }

  /** Asks whether somebody hosts. @throws DeviceError */
  async knock(): Promise<void> {
    const { world, post, delivery } = this.#deps
    if (this.#pass === null) {
      const id = world.newId()
      const letGo = await world.device.locks.take(guestLockOf(id))
      if (letGo === null) return
      if (this.#isClosed) return letGo()
      this.#pass = { id, letGo }
    }
    const { id } = this.#pass
    const { epoch, replica } = delivery()!
    const guest = this.#guest
    const has =
      guest === null ? { epoch, version: replica?.version ?? 0 } : { epoch: guest.epoch, version: null }
    post({ kind: 'asks', guest: id, ask: ++this.#ask, ...has })
  }

  /** @param mayEnter  this tab is offline and hosts nobody */
  hear(message: TabMessage, mayEnter: boolean): void {
    const guest = this.#guest
    if (message.kind === 'welcomes') {
      if (message.guest === this.#pass?.id && message.ask === this.#ask) this.#enter(message, mayEnter)
    } else if (guest !== null && message.kind === 'hosts') {
      // There is one host at a time: the one before is gone.
      guest.strands()
      this.#deps.act()
    } else if (guest !== null && guest.host !== null && 'host' in message && message.host === guest.host) {
      if (message.kind === 'tells') this.#told(guest, message)
      if (message.kind === 'over') this.#over(guest, message.isLeft)
    }
  }

  /** Goes home when the own delivery has everything that is shown. */
  look(): void {
    const guest = this.#guest
    const { isLive, replica } = this.#deps.delivery()!
    if (guest === null || !isLive || !guest.isEmpty || guest.status.unsent > 0) return
    if (replica!.version >= guest.status.version) this.#leave()
  }

  tick(): void {
    const guest = this.#guest
    if (guest !== null && guest.host !== null)
      this.#deps.post({ kind: 'here', host: guest.host, guest: guest.id })
  }

  /**
   * Looks whether there is a host still. When there is none, this tab goes on with what that one left.
   *
   * @returns what it needs to be the host, when it has taken over; null when it has not
   * @throws DeviceError
   */
  async follow(): Promise<HostLock | null> {
    const guest = this.#guest
    if (guest === null) return null
    const { world, member, document } = this.#deps
    const lock = await takeHostLock(world.device, member, document)
    try {
      if (lock !== null && (await this.#succeed(guest))) return lock
    } catch (error) {
      lock?.letGo()
      throw error
    }
    lock?.letGo()
    if (!this.#isStill(guest) || guest.host !== null) return null
    const isLongEnough = ++this.#stranded > PATIENCE || this.#deps.delivery()!.isLive
    if (isLongEnough && !guest.isInDoubt) this.#leave()
    else await this.knock()
    return null
  }

  /** Nobody hosts, nor can anybody. @returns whether this tab has the outbox of the last host now */
  async #succeed(guest: Guest): Promise<boolean> {
    const { world, member, document, takesOver } = this.#deps
    if (guest.host !== null) await new Promise<void>((resolve) => world.after(LATE_MS, resolve))
    guest.strands()
    const marks = await guestMarks(world.device, member, document)
    if (!this.#isStill(guest)) return false
    guest.ends(marks.get(guest.id) ?? 0)
    const found = await adoptFrom(world.device, { member, document, id: guest.outbox }, world)
    // Another tab has it, and hosts before long, or delivers it.
    if (found === 'owned') return false
    if (!this.#isStill(guest)) {
      found?.letGo()
      return false
    }
    if (found !== null) takesOver(found)
    this.#leave()
    return found !== null
  }

  /**
   * The tab is closed: what was written is given to the host.
   *
   * Resolves when nothing is left here but what the own outbox has.
   */
  async close(): Promise<void> {
    if (this.#guest !== null && !this.#guest.isEmpty) {
      await new Promise<void>((resolve) => {
        const cancel = this.#deps.world.after(CLOSING_MS, resolve)
        this.onChange = () => {
          if (this.#guest !== null && !this.#guest.isEmpty) return
          cancel()
          resolve()
        }
      })
    }
    this.#isClosed = true
    // Its host lives, or another would be there by now, and takes what it was given.
    this.#guest?.ends(Number.POSITIVE_INFINITY)
    if (this.#guest !== null) this.#leave()
    this.forgetPass()
  }

  forgetPass(): void {
    this.#pass?.letGo()
    this.#pass = null
  }

  #isStill(guest: Guest): boolean {
    return this.#guest === guest && !this.#isClosed
  }

  #enter(welcome: TabMessage & { kind: 'welcomes' }, mayEnter: boolean): void {
    const { epoch, replica } = this.#deps.delivery()!
    if (this.#guest === null) {
      if (!mayEnter || replica === null || queueOf(replica).length > 0) return
      if (epoch !== welcome.epoch || replica.version > welcome.status.version) return
      this.#guest = new Guest(welcome.guest, epoch, replica.shown)
    }
    const guest = this.#guest
    if (guest.host !== null) return
    this.#stranded = 0
    guest.ends(welcome.seq)
    if (!this.#moves(guest, welcome.letter)) return this.#leave()
    guest.follows(welcome)
    this.#give()
  }

  #give(): void {
    const given = this.#guest?.gives() ?? null
    if (given !== null) this.#deps.post(given)
  }

  #told(guest: Guest, message: TabMessage & { kind: 'tells' }): void {
    try {
      guest.hears(message, (op) => this.#show(op))
    } catch (error) {
      if (!(error instanceof CollabError)) throw error
      // What is here cannot be what the host has: it is asked for again.
      guest.strands()
    }
    if (guest.host === null) return this.#deps.act()
    this.#give()
  }

  #over(guest: Guest, isLeft: boolean): void {
    guest.endsUntaken()
    if (isLeft) this.#deps.act()
    else this.#leave()
  }

  /** Goes on alone, with what the own delivery has; what nobody has taken is written there. Only when nothing is in doubt. */
  #leave(): void {
    const guest = this.#guest!
    const delivery = this.#deps.delivery()!
    const { epoch, replica } = delivery
    this.#guest = null
    this.#stranded = 0
    if (guest.host !== null) this.#deps.post({ kind: 'leaves', host: guest.host, guest: guest.id })
    this.forgetPass()
    const isOther = guest.epoch !== null && guest.epoch !== epoch
    if (replica !== null && !isOther && this.#moves(guest, replica.shown)) {
      const { ops, aside } = guest.leaves()
      for (const [i, op] of ops.entries()) delivery.write(op, i === ops.length - 1 ? aside : {})
    } else {
      const { confirmed: base, shown } = guest.replica
      const { ops } = guest.leaves()
      const words = { base, version: guest.status.version, ops, edits: editsIn(guest.replica) }
      if (ops.length > 0) delivery.setAside(isOther ? 'restored' : 'rejected', words)
      if (replica !== null) this.#moves(new Guest(guest.id, epoch, shown), replica.shown)
    }
    this.#deps.changed()
  }

  /** @returns false, and nothing has changed, when what waits does not fit there */
  #moves(guest: Guest, letter: readonly Insert[]): boolean {
    try {
      this.#show(guest.movesTo(letter))
      return true
    } catch (error) {
      if (error instanceof CollabError) return false
      throw error
    }
  }

  #show(op: Op): void {
    if (op.length > 0) this.#deps.shows(op)
  }
}
