import { Delivery, type DeliveryDeps } from './delivery.ts'
import type { Owned } from './device.ts'
import { stateOf } from './replica.ts'

/**
 * Delivers an outbox that another tab left behind, on a socket of its own, while this tab goes on with its own (rule C2).
 *
 * @returns `done` resolves when nothing of it is left to deliver, with false when it had to stop before
 */
export function sendCourier(deps: DeliveryDeps, owned: Owned): { done: Promise<boolean>; stop(): void } {
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
