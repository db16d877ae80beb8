import type { InFlight } from './in-flight.ts'

/** Milliseconds a document may be held up after one lost race, and after many. */
const FIRST_SPAN_MS = 8
const LONGEST_SPAN_MS = 64
/** What is left of the span after a race that was won. */
const CALMS_BY = 0.8

/**
 * How a document shares its log with other nodes that write to it at the same time.
 *
 * Of those who append at once one wins, and the others take their turns again. Left alone they meet again at once, and
 * whoever has most to do loses most. So a document that has lost a race lets its queue gather for a random while, takes
 * all turns that wait in one stretch, hands them over together, and takes no more before it knows what became of them:
 * the moment in which it can lose gets short, and the moments of the nodes get out of step. The longest while doubles with
 * every race that is lost and shrinks with every one that is won (backoff as on a shared wire: Metcalfe and Boggs, 1976); where
 * one node alone writes it is nothing, and turns follow one another while their forerunners are in flight.
 */
export class Contention {
  #spanMs = 0
  /** The turns that wait may be taken. */
  #isOpen = true

  lost(): void {
    this.#spanMs = Math.min(LONGEST_SPAN_MS, Math.max(FIRST_SPAN_MS, 2 * this.#spanMs))
    this.#isOpen = false
  }

  won(): void {
    this.#spanMs *= CALMS_BY
    if (this.#spanMs < 1) this.#spanMs = 0
  }

  /** All turns that waited have been taken. */
  emptied(): void {
    this.#isOpen = false
  }

  /** What the next turn has to wait for; null when it may be taken. */
  holdUp(inFlight: InFlight): Promise<void> | null {
    if (this.#isOpen || this.#spanMs === 0) return null
    if (!inFlight.isSettled) return inFlight.settled()
    return new Promise((resolve) => {
      const open = () => {
        this.#isOpen = true
        resolve()
      }
      setTimeout(open, Math.random() * this.#spanMs)
    })
  }
}
