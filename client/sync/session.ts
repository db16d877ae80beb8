import { type Component, canonical, type Insert } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import { acceptable } from './acceptance.ts'
import { Copying } from './copying.ts'
import { Couriers } from './courier.ts'
import { Delivery, type DeliveryDeps } from './delivery.ts'
import { adoptOutbox, newOutbox, type Owned } from './device.ts'
import type { Batch, DeviceFault } from './device-store.ts'
import { mergedInto } from './draft.ts'
import { Drafts } from './drafts.ts'
import { type LocalCopy, openLocal } from './local-copies.ts'
import { editsIn, fresh, type Op, queueOf } from './replica.ts'
import type { LetterListener, SessionView, Submitted } from './session-view.ts'
import type { SessionWorld } from './session-world.ts'
import { Together } from './together.ts'
import { BirthAttempt, type BirthDeps, findUnborn, type UnbornLetter } from './unborn-letters.ts'

/**
 * One letter, open in this tab: what is shown, what this device keeps of it, and what the server has.
 *
 * A session opens on what the device holds: an outbox that a closed tab left behind (rule C2), else the copy of the letter that
 * was looked at last, else nothing but what the server will send. Its own delivery does the rest; outboxes that are left over
 * are delivered by couriers, one after the other, once the server is there. While it is not, tabs of one browser may show what one
 * of them has (together.ts); its outbox is the one that counts then.
 *
 * States, as seen from outside (`view.phase`)
 *   connecting  the letter has never been here; there is nothing to show
 *   live        subscribed: what others write arrives, what we write leaves
 *   offline     there is a letter to show and to write in, and no server; the link keeps trying
 *   refused     the server does not want us (`view.refusal` says why); nothing is tried until `retry`
 *
 * Invariants
 *   - an edit counts as unsent until its acknowledgement, which the server gives only once it is durable;
 *   - an op that the server would refuse is refused here, so that a draft is the exception.
 */

/** What a letter is born with (rule L7.2), as version 1. */
const BORN: readonly Insert[] = [{ insert: '\n' }]
/** A device that does not answer for this long is done without. */
const DEVICE_MS = 5_000

export class Session {
  readonly docId: string
  readonly #member: string
  readonly #world: SessionWorld
  readonly #watchers = new Set<() => void>()
  readonly #drafts: Drafts
  readonly #copying: Copying
  /** For what other tabs left behind. */
  readonly #couriers: Couriers
  /** With other tabs of this browser, while there is no server. */
  readonly #together: Together
  #listener: LetterListener | null = null
  /** Null until `open` has looked at what is on the device. */
  #delivery: Delivery | null = null
  #wasReady = false
  /** Set when the device could not even be looked at. */
  #fault: DeviceFault | null = null
  /** Until the letter is on the server. */
  #birth: BirthAttempt | null = null
  #isClosed = false
  #opened: Promise<void> | null = null
  #view: SessionView

  /** @param member  who writes: the one who is signed in */
  constructor(docId: string, member: string, world: SessionWorld) {
    this.docId = docId
    this.#member = member
    this.#world = world
    this.#drafts = new Drafts(world.device.store, member, docId, () => this.#changed())
    this.#copying = new Copying(world, member, docId, () => this.#toCopy())
    this.#couriers = new Couriers(this.#deps(), () => this.#delivery?.isLive ?? false)
    this.#together = new Together({
      ...{ document: docId, member, world },
      delivery: () => this.#delivery,
      shows: (op) => this.#listener?.remoteOp(op),
      takesOver: (owned) => this.#takeOver(owned),
      changed: () => this.#changed(),
    })
    this.#view = this.#look()
  }

  // The pair that React's useSyncExternalStore asks for.
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
  readonly getSnapshot = (): SessionView => this.#view

  /** Looks at what is on the device, then for the server. Resolves, each time, when it is known what was on the device. */
  open(): Promise<void> {
    this.#opened ??= this.#open()
    return this.#opened
  }

  async #open(): Promise<void> {
    const owned = await this.#find()
    const delivery = this.#deliveryOf(owned)
    if (this.#isClosed) return delivery.close()
    this.#delivery = delivery
    const isBorn = this.#fault !== null || (await this.#openLocal(delivery))
    if (this.#isClosed) return
    if (delivery.replica !== null) this.#loaded()
    if (isBorn) delivery.open()
    if (this.#fault === null) this.#together.open()
    this.#changed()
  }

  #deliveryOf(owned: Owned): Delivery {
    return new Delivery(this.#deps(), owned, {
      kept: () => this.#together.kept(),
      mayLeave: () => this.#together.mayLeave(),
      shows: (op) => this.#together.shows(op),
      loaded: () => this.#loaded(),
      level: () => this.#level(),
      changed: () => this.#changed(),
    })
  }

  /** Goes on with what another tab left, instead of an outbox in which there is nothing. */
  #takeOver(owned: Owned): Delivery {
    void this.#delivery?.close()
    this.#delivery = this.#deliveryOf(owned)
    if (this.#birth === null) this.#delivery.open()
    return this.#delivery
  }

  /** What the browser knows of the network, see Link. */
  wake(): void {
    this.#birth?.wake()
    this.#delivery?.wake()
  }
  suspect(): void {
    this.#delivery?.suspect()
  }

  /**
   * Ends the session. What the server does not have stays on the device, unless `view.fault` says that nothing does.
   *
   * @param isLeft  the person has signed out: no copy is made, and none is under way when this resolves
   */
  async close(isLeft = false): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#listener = null
    this.#couriers.stop()
    this.#birth?.stop()
    if (!isLeft) this.#copying.now()
    await this.#copying.stop()
    await this.#together.close()
    await this.#delivery?.close()
    await this.#together.closed()
  }

  /** Tries again now: after signing in, or because the person asked. */
  retry(): void {
    if (this.#birth !== null) this.#birth.wake()
    else this.#delivery?.retry()
  }

  /** The page is put away, and may never be heard of again: keeps what can be kept. */
  hide(): void {
    void this.#delivery?.outbox.settled()
    this.#copying.now(true)
  }

  dropDraft(id: string): void {
    void this.#drafts.discard(id)
  }

  /**
   * Puts a draft into the letter of today, past everything that has happened since, and drops it.
   *
   * @returns refused, and the draft stays, when the letter cannot take it
   */
  mergeDraft(id: string): Submitted {
    const draft = this.#drafts.find(id)
    if (draft === undefined || !this.hasLetter) return { kind: 'taken' }
    return this.#submit(
      () => mergedInto(draft, this.components()),
      () => this.#drafts.drop(id),
      (op, before) => this.#listener?.ownOp(op, before),
    )
  }

  /** At most one listener; a second one replaces the first. Calls `loaded` at once if there is a letter. */
  listen(listener: LetterListener | null): void {
    this.#listener = listener
    if (listener && this.hasLetter) listener.loaded()
  }

  /** False before the first load, and for the moment it takes to start afresh. */
  get hasLetter(): boolean {
    return this.#together.guest !== null || (this.#delivery !== null && this.#delivery.replica !== null)
  }

  /** The letter with everything written here and everything that arrived. Never changed in place. */
  components(): readonly Insert[] {
    return (this.#together.guest?.replica ?? this.#delivery!.replica!).shown
  }

  /** What is shown is in another tab's outbox, see Together. */
  get isGuest(): boolean {
    return this.#together.guest !== null
  }

  /** What was written here and is not acknowledged, the oldest first: one op after the other. */
  unconfirmed(): readonly Op[] {
    const replica = this.#together.guest?.replica ?? this.#delivery?.replica ?? null
    return replica === null ? [] : queueOf(replica).map(({ op }) => op)
  }

  /** Under which the present line sends; null before it has one. */
  get source(): string | null {
    return this.#delivery?.source ?? null
  }

  /**
   * Takes an op on `components()`: it is shown at once, kept on the device, and sent as soon as there is a server.
   *
   * @returns refused, and nothing changed, when the server could only refuse it: `error` says why
   */
  submit(op: readonly Component[]): Submitted {
    return this.#submit(() => canonical(op))
  }

  /** @param shows  told of what has become part of `components()`, and of those before it */
  #submit(
    make: () => readonly Component[],
    aside: () => Batch = () => ({}),
    shows: LetterListener['ownOp'] = () => undefined,
  ): Submitted {
    const delivery = this.#delivery!
    if (delivery.isHopeless) return { kind: 'refused', error: noWay() }
    const series = acceptable(make, this.components())
    if (series instanceof CollabError) return { kind: 'refused', error: series }
    const beside = aside()
    if (series.length === 0) delivery.outbox.aside(beside)
    for (const [i, portion] of series.entries()) {
      const before = this.components()
      this.#together.write(portion, i === series.length - 1 ? beside : {})
      shows(portion, before)
    }
    this.#changed()
    return { kind: 'taken' }
  }

  // What is on the device

  /** An outbox to go on with: one that was left behind, or a new one. */
  async #find(): Promise<Owned> {
    const { device } = this.#world
    try {
      return await this.#inTime(async () => {
        await this.#drafts.load()
        const left = await adoptOutbox(device, this.#member, this.docId, this.#world)
        return left ?? (await newOutbox(device, this.#place(), this.#world))
      })
    } catch {
      this.#fault = 'unavailable'
      return newOutbox({ ...device, locks: { take: async () => null } }, this.#place(), this.#world)
    }
  }

  /** What there is of the letter without a server. @returns false when the server has yet to be told of it */
  async #openLocal(delivery: Delivery): Promise<boolean> {
    const { store } = this.#world.device
    const here = await this.#inTime(async () => ({
      unborn: await findUnborn(store, this.#member, this.docId),
      copy: delivery.replica === null ? await openLocal(store, this.#member, this.docId) : null,
    })).catch(() => null)
    if (here === null) return true
    const { unborn, copy } = here
    if (copy !== null) {
      this.#copying.found(copy)
      delivery.begin(copy.epoch, fresh(copy.version, copy.letter))
    }
    if (unborn === null) return true
    if (delivery.replica === null) delivery.begin(null, fresh(1, BORN))
    this.#bear(unborn)
    return false
  }

  #bear(unborn: UnbornLetter): void {
    const world = this.#world
    const createLetter: BirthDeps['createLetter'] = async (id, title) =>
      (await world.createLetter?.(id, title)) ?? 'unknown'
    const { store } = world.device
    const deps = { store, createLetter, after: world.after.bind(world), random: world.random.bind(world) }
    this.#birth = new BirthAttempt(deps, this.#member, unborn, (birth) => {
      this.#birth = null
      if (birth === 'made') this.#delivery!.open()
      else this.#delivery!.gone()
    })
  }

  #place() {
    return { member: this.#member, document: this.docId, id: this.#world.newId() }
  }

  #deps(): DeliveryDeps {
    return { document: this.docId, member: this.#member, world: this.#world, drafts: this.#drafts }
  }

  async #inTime<T>(task: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const cancel = this.#world.after(DEVICE_MS, () => reject(new Error('the device does not answer')))
      task().then(resolve, reject).finally(cancel)
    })
  }

  /** The letter as the server has it, for whom it lets in. */
  #toCopy(): LocalCopy | null {
    const { replica, epoch, refusal } = this.#delivery ?? { replica: null, epoch: null, refusal: null }
    if (replica === null || epoch === null || refusal !== null) return null
    return { epoch, version: replica.version, letter: replica.confirmed }
  }

  // What the delivery tells

  #loaded(): void {
    this.#wasReady = true
    if (this.#together.replaced()) this.#listener?.loaded()
    this.#changed()
  }

  #level(): void {
    this.#copying.now()
    void this.#couriers.look()
  }

  #look(): SessionView {
    const delivery = this.#delivery
    const replica = delivery?.replica ?? null
    const refusal = delivery?.refusal ?? null
    const { guest } = this.#together
    const own = guest === null ? 0 : editsIn(guest.replica)
    const phase = refusal ? 'refused' : delivery?.isLive ? 'live' : this.#wasReady ? 'offline' : 'connecting'
    return {
      phase,
      refusal,
      ready: this.#wasReady,
      version: replica?.version ?? this.#view?.version ?? 0,
      unsent: (replica === null ? 0 : editsIn(replica)) + (guest === null ? 0 : guest.status.unsent + own),
      drafts: this.#drafts.list,
      isWriting: own > 0 || (delivery?.outbox.isWriting ?? false),
      fault: guest?.status.fault ?? delivery?.outbox.fault ?? this.#fault,
    }
  }

  #changed(): void {
    this.#together.look()
    const next = this.#look()
    const before = this.#view
    if (next.version !== before.version) this.#copying.soon()
    const same = (Object.keys(next) as (keyof SessionView)[]).every((key) => next[key] === before[key])
    if (same) return
    this.#view = next
    for (const watcher of this.#watchers) watcher()
  }
}

function noWay(): CollabError {
  return new CollabError('auth/forbidden', 'You may not write in this letter any more.')
}
