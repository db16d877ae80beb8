import { createHash } from 'node:crypto'

/** What happened in a run: as a hash, by which two runs of one seed are compared, and in words if somebody wants to read it. */
export class Trace {
  readonly lines: string[] = []
  readonly #hash = createHash('md5')
  readonly #isKept: boolean
  #at = 0

  constructor(isKept: boolean) {
    this.#isKept = isKept
  }

  /** Something happens now. @param at  milliseconds since the run began */
  step(at: number): void {
    this.#at = at
    this.#hash.update(`${at}`)
  }

  note(who: string, what: string): void {
    this.#hash.update(who)
    this.#hash.update(what)
    if (this.#isKept) this.lines.push(`${this.#at.toFixed(3).padStart(10)}  ${who}  ${what}`)
  }

  /** To be called once, at the end. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}
