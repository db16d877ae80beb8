import { compose, transform } from '../../ot/algebra.ts'
import type { Insert } from '../../ot/component.ts'
import { missingNewline } from '../../ot/final-newline.ts'
import type { Delivery } from './delivery.ts'
import type { Batch } from './device-store.ts'
import { guestMark } from './guest-marks.ts'
import { applied, editsIn, type Op, stateOf } from './replica.ts'
import { type HostStatus, LATE_MS, type LocalOp, type TabMessage } from './tab-channel.ts'

/**
 * Shows a letter to other tabs of the same browser, and takes what is written in them: to its guests a host is what the server
 * is to a tab. What a guest writes goes into the host's outbox, and with it leaves for the server.
 *
 * States
 *   beginning  what was there already is being kept; nobody is shown anything
 *   open
 *   stopping   nothing is taken any more; what was taken is being kept
 *
 * Invariants
 *   - guests are told only what is on the device, in the order in which it happened: whoever takes over has it too;
 *   - when the device fails nothing is taken any more, and what was taken and is not kept does not leave before its guest knows that it
 *     was taken: until then it has it still, should this tab be killed;
 *   - the op of a guest and the mark that it was taken are on the device together (guest-marks.ts);
 *   - nothing is taken without the host's lock, and when it is let go guests have been told of all that was taken.
 */

export interface HostingDeps {
  readonly id: string
  readonly member: string
  readonly document: string
  readonly delivery: Delivery
  /** The last seqs taken, by guest. */
  readonly marks: Map<string, number>
  post(message: TabMessage): void
  now(): number
  after(ms: number, task: () => void): void
  /** What is shown has changed, and nobody wrote here. */
  shows(op: Op): void
  /** Lets go of the host's lock. */
  letGo(): void
}

/** A guest that says nothing for so long is gone. One that is not, finds out. */
const SILENT_MS = 5_000

export class Hosting {
  readonly #deps: HostingDeps
  /** Everything that happened, the first `#told` of which guests know; each with what the outbox must have kept first. */
  readonly #ops: (LocalOp & { readonly mark: number })[] = []
  #told = 0
  /** As guests know it. */
  #letter: readonly Insert[]
  #status: HostStatus
  readonly #beginning: number
  /** When each was heard of. */
  readonly #guests = new Map<string, number>()
  #isOpen = false
  #isStopping = false
  #hasFailed = false
  #tellsAll = false
  #isHolding = false

  constructor(deps: HostingDeps) {
    this.#deps = deps
    const { replica, outbox } = deps.delivery
    this.#letter = replica!.shown
    this.#beginning = outbox.noted
    this.#status = this.#look()
    this.kept()
  }

  /** Everything is sent, and nobody is shown anything; or the device has failed, and nothing is in doubt. */
  get isDone(): boolean {
    const { delivery } = this.#deps
    if (this.#hasFailed) return !this.holdsBack
    const isSent = delivery.isLive && stateOf(delivery.replica!) === 'synchronised'
    return isSent && this.#told === this.#ops.length && this.#guests.size === 0
  }

  /** What is shown here has changed. @param mark  what the outbox has kept when that is kept */
  happened(op: Op, mark: number): void {
    if (!this.#isStopping) this.#ops.push({ op, mark, by: null, fixups: [] })
    this.kept()
  }

  /** Tells what is to be told and may be: to be called when the outbox has kept something, or could not, before anything is sent. */
  kept(): void {
    const { delivery, id, post } = this.#deps
    const { kept, fault } = delivery.outbox
    if (fault !== null) this.#hasFailed = true
    if (fault !== null && delivery.isLive && this.#owes) this.#tellsBeforeItLeaves()
    if (!this.#isOpen) {
      if (kept < this.#beginning) return
      this.#isOpen = true
      post({ kind: 'hosts', host: id })
    }
    const at = this.#told
    while (this.#told < this.#ops.length && (this.#ops[this.#told]!.mark <= kept || this.#tellsAll)) {
      this.#letter = applied(this.#letter, this.#ops[this.#told++]!.op)
    }
    const ops = this.#ops.slice(at, this.#told).map(({ op, by, fixups }) => ({ op, by, fixups }))
    // An edit counts as a guest's own until it is told.
    const isAllTold = this.#told === this.#ops.length && !this.#isStopping
    const status = isAllTold ? this.#look() : { ...this.#status, fault }
    if (ops.length === 0 && isSame(status, this.#status)) return
    this.#status = status
    post({ kind: 'tells', host: id, at, ops, status })
  }

  /** Something was taken that its guest may have to write again. Nothing leaves meanwhile. */
  get holdsBack(): boolean {
    return this.#isHolding || (this.#deps.delivery.outbox.fault !== null && this.#owes)
  }

  hear(message: TabMessage): void {
    if (this.#isStopping || this.#hasFailed || !this.#isOpen) return
    if (message.kind === 'asks') return this.#asked(message)
    if (!('host' in message) || message.host !== this.#deps.id) return
    if (message.kind === 'leaves') this.#guests.delete(message.guest)
    if (message.kind !== 'here' && message.kind !== 'writes') return
    this.#guests.set(message.guest, this.#deps.now())
    if (message.kind === 'writes') this.#take(message)
  }

  /** Forgets guests that have not been heard of for long. */
  count(): void {
    const { now } = this.#deps
    for (const [guest, at] of this.#guests) if (now() - at > SILENT_MS) this.#guests.delete(guest)
  }

  /** Takes nothing from now on. */
  quiet(): void {
    this.#isStopping = true
  }

  /**
   * Ends it, once what was taken is kept or cannot be.
   *
   * @param isLeft  this tab is closed, and its outbox left to who comes after: what is not in there was not taken
   */
  async stop(isLeft: boolean): Promise<void> {
    this.quiet()
    const { delivery, post, letGo, id } = this.#deps
    await delivery.outbox.settled()
    this.#tellsAll ||= !isLeft
    this.kept()
    letGo()
    post({ kind: 'over', host: id, isLeft })
  }

  get #owes(): boolean {
    return this.#ops.slice(this.#told).some(({ by }) => by !== null)
  }

  #tellsBeforeItLeaves(): void {
    this.#tellsAll = true
    this.#isHolding = true
    this.#deps.after(LATE_MS, () => {
      this.#tellsAll = this.#isStopping
      this.#isHolding = false
      this.#deps.delivery.pump()
    })
  }

  #asked({ guest, ask, epoch, version }: TabMessage & { kind: 'asks' }): void {
    const { id, delivery, marks, post, now } = this.#deps
    const replica = delivery.replica!
    if (epoch !== delivery.epoch || (version ?? 0) > replica.version) return
    // It will hear of it, or ask again: until then nobody can say that its op was taken, nor that it was not.
    if (this.#ops.slice(this.#told).some(({ by }) => by?.guest === guest)) return
    this.#guests.set(guest, now())
    post({
      ...{ kind: 'welcomes', host: id, outbox: delivery.outbox.place.id, guest, ask, epoch },
      ...{ letter: this.#letter, at: this.#told, seq: marks.get(guest) ?? 0, status: this.#status },
    })
  }

  #take({ guest, seq, at, op, aside }: TabMessage & { kind: 'writes' }): void {
    const { member, document, delivery, marks, shows } = this.#deps
    if ((marks.get(guest) ?? 0) >= seq) return
    const moved = this.#ops.slice(at).reduce<Op>((now, local) => transform(now, local.op, true), op)
    const before = delivery.replica!.shown
    // What somebody else joined and a guest cut short may leave no line at all (rule L5.6).
    const fixup = missingNewline(moved, before)
    const whole = fixup === null ? moved : compose(moved, fixup)
    const beside: Batch = { ...aside, put: [...(aside.put ?? []), guestMark(member, document, guest, seq)] }
    applied(before, whole) // throws before anything has happened
    const mark = whole.length === 0 ? delivery.outbox.aside(beside) : delivery.write(whole, beside)
    marks.set(guest, seq)
    this.#ops.push({ op: whole, mark, by: { guest, seq }, fixups: fixup === null ? [] : [fixup] })
    if (whole.length > 0) shows(whole)
    this.kept()
  }

  #look(): HostStatus {
    const replica = this.#deps.delivery.replica
    if (replica === null) return this.#status
    return { unsent: editsIn(replica), version: replica.version, fault: this.#deps.delivery.outbox.fault }
  }
}

function isSame(a: HostStatus, b: HostStatus): boolean {
  return a.unsent === b.unsent && a.version === b.version && a.fault === b.fault
}
