import type { InFlight } from './in-flight.ts'
import type { LogNews } from './log-news.ts'

/** Milliseconds a document may be held up after a race was lost once, and after it was lost often. */
const FIRST_SPAN_MS = 8
const LONGEST_SPAN_MS = 64
/** What is left of the span after a race that was won. */
const CALMS_BY = 0.8

/**
 * How a document shares its log with other nodes that write to it at the same time.
 *
 * Of those who append at once one wins, and the others take their turns again. Left alone they meet again at once, and
 * whoever has most to do loses most. So a document that has lost a race takes all turns that wait in one stretch, hands them
 * over together, and takes no more before it knows what became of them: the moment in which it can lose is short. Who lost tries
 * again at once, on what a fresh look into the log says; who won lets its queue gather for a random while, in which the others have
 * their chance. (To hold up who lost instead, as on a shared wire, lets who won go on winning: an op waited 37 s while the
 * other node wrote 40,000.) The longest while doubles with every race that is lost and shrinks with every one that is won;
 * where one node alone writes it is nothing, and turns follow one another while their forerunners are in flight.
 */
export class Contention {
  #spanMs = 0
  /** The turns that wait may be taken. */
  #isOpen = true

  lost(): void {
    this.#spanMs = Math.min(LONGEST_SPAN_MS, Math.max(FIRST_SPAN_MS, 2 * this.#spanMs))
    this.#isOpen = true
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
  holdUp(inFlight: InFlight, news: LogNews): Promise<void> | null {
    if (this.#isOpen || this.#spanMs === 0) return null
    if (!inFlight.isSettled) return inFlight.settled()
    return new Promise((resolve) => {
      const open = () => {
        this.#isOpen = true
        // What others wrote meanwhile is read now, whether or not anybody said so.
        news.doubt()
        resolve()
      }
      setTimeout(open, Math.random() * this.#spanMs)
    })
  }
}
