import { Delivery, type DeliveryDeps } from './delivery.ts'
import { adoptOutbox, type Owned } from './device.ts'
import { stateOf } from './replica.ts'

/**
 * A tab looks for what dead ones left behind: soon after it was opened, as one that was put away just before may own its outbox
 * for a moment still, and less and less often.
 */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

/** Delivers what other tabs left behind, one outbox after the other, in the order they were made, while there is a server. */
export class Couriers {
  readonly #deps: DeliveryDeps
  readonly #isLive: () => boolean
  #stopCurrent: (() => void) | null = null
  #cancelLook: (() => void) | null = null
  #pauseMs = FIRST_PAUSE_MS
  #isStopped = false

  constructor(deps: DeliveryDeps, isLive: () => boolean) {
    this.#deps = deps
    this.#isLive = isLive
  }

  /** Looks now, and from now on. */
  async look(): Promise<void> {
    if (this.#stopCurrent !== null || this.#isStopped) return
    this.#stopCurrent = () => undefined
    try {
      for (let isGoingWell = true; isGoingWell && !this.#isStopped; ) {
        const { world, member, document } = this.#deps
        const owned = await adoptOutbox(world.device, member, document, world)
        if (owned === null) break
        const courier = sendCourier(this.#deps, owned)
        this.#stopCurrent = courier.stop
        if (this.#isStopped) courier.stop()
        isGoingWell = await courier.done
      }
    } catch {
      // The device does not answer: the next time there is a server it may.
    } finally {
      this.#stopCurrent = null
    }
    if (!this.#isStopped) this.#lookLater()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelLook?.()
    this.#stopCurrent?.()
  }

  #lookLater(): void {
    this.#cancelLook?.()
    this.#cancelLook = this.#deps.world.after(this.#pauseMs, () => {
      if (this.#isLive()) void this.look()
    })
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
  }
}

/**
 * Delivers an outbox that another tab left behind, on a socket of its own, while this tab goes on with its own (rule C2).
 *
 * @returns `done` resolves when nothing of it is left to deliver, with false when it had to stop before
 */
function sendCourier(deps: DeliveryDeps, owned: Owned): { done: Promise<boolean>; stop(): void } {
  let stop = (): void => undefined
  const done = new Promise<boolean>((resolve) => {
    let isDone = false
    const end = (isDelivered: boolean): void => {
      if (isDone) return
      isDone = true
      void delivery.close().then(() => resolve(isDelivered))
    }
    const look = (): void => {
      const { replica, refusal, isLive } = delivery
      // What cannot be delivered has become a draft; without a sign-in it has not.
      if (refusal !== null) end(refusal !== 'signed-out')
      else if (isLive && replica !== null && stateOf(replica) === 'synchronised') end(true)
    }
    const nothing = (): void => undefined
    const delivery = new Delivery(deps, owned, {
      ...{ kept: nothing, mayLeave: () => true, shows: nothing },
      ...{ loaded: look, level: look, changed: look },
    })
    stop = () => end(false)
    delivery.open()
  })
  return { done, stop: () => stop() }
}
