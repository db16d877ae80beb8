import { BoundedMap } from './bounded-map.ts'
import { type EditPieces, PIECE, pieceOf } from './edit-pieces.ts'
import type { PastEdit } from './past-edit.ts'

/**
 * What a letter was at any version, quickly, in both directions.
 *
 * The state at a version is the nearest key frame before it and the edits from there on. A walk leaves key frames behind:
 * one where each piece of the log begins, for which there is most room, so that in a log that was seen once every version is
 * a piece away at most; one every 250 edits; and one every 25, of which only the last are kept, so that stepping back costs
 * 25 edits at most. Where neither a frame nor the edits from an earlier one are here, `load` fetches the state at the
 * beginning of the piece and the edits of the piece.
 *
 * Nothing waits here: `at` answers what it can from memory and null for the rest.
 */
const COARSE = 250
const FINE = 25
/** In the units of `weigh`: UTF-16 code units, for letters. Some 48 MB, 8 MB and 8 MB, less what frames share. */
const FIRST_WEIGHT = 24_000_000
const COARSE_WEIGHT = 4_000_000
const FINE_WEIGHT = 4_000_000
/** How far a walk may be to be done while a person waits for the next picture. */
const LONGEST_WALK = 2 * PIECE

/** What is followed through the log: the letter, or who wrote it. */
export interface Fold<S> {
  /** At version 0. */
  readonly nothing: S
  after(state: S, edits: readonly PastEdit[]): S
  weigh(state: S): number
  fetch(version: number): Promise<S>
}

export class TimeMachine<S> {
  readonly #edits: EditPieces
  readonly #fold: Fold<S>
  /** By version, a multiple of PIECE, of COARSE but not of PIECE, of FINE but not of COARSE. */
  readonly #firsts: BoundedMap<number, S>
  readonly #coarse: BoundedMap<number, S>
  readonly #fine: BoundedMap<number, S>
  readonly #underWay = new Map<number, Promise<void>>()

  constructor(edits: EditPieces, fold: Fold<S>) {
    this.#edits = edits
    this.#fold = fold
    this.#firsts = new BoundedMap(FIRST_WEIGHT, fold.weigh)
    this.#coarse = new BoundedMap(COARSE_WEIGHT, fold.weigh)
    this.#fine = new BoundedMap(FINE_WEIGHT, fold.weigh)
  }

  /** The weight of all that is kept. */
  get weight(): number {
    return this.#firsts.weight + this.#coarse.weight + this.#fine.weight
  }

  /** The state at a version; null when it takes something that is not here yet. */
  at(version: number): S | null {
    const start = this.#nearestFrame(version)
    if (start === null) return null
    const edits = this.#edits.between(start.version, version)
    if (edits === null) return null
    let { state } = start
    // A nearest frame is at a multiple of FINE.
    for (let done = 0; done < edits.length; done += FINE) {
      state = this.#fold.after(state, edits.slice(done, done + FINE))
      const at = start.version + done + FINE
      if (at <= version) this.#framesAt(at).set(at, state)
    }
    return state
  }

  /** Fetches what `at` lacks for a version. @param head  the newest version */
  async load(version: number, head: number): Promise<void> {
    if (version === 0) return
    await Promise.all([this.#edits.load(version, head), this.#loadFrame(version)])
  }

  async #loadFrame(version: number): Promise<void> {
    const first = pieceOf(version) * PIECE
    const frame = this.#nearestFrame(version)
    const isEnough = frame !== null && (frame.version >= first || this.#edits.between(frame.version, first))
    if (isEnough) return
    let fetching = this.#underWay.get(first)
    if (fetching === undefined) {
      fetching = this.#fetchFrame(first).finally(() => this.#underWay.delete(first))
      this.#underWay.set(first, fetching)
    }
    await fetching
  }

  async #fetchFrame(version: number): Promise<void> {
    this.#firsts.set(version, await this.#fold.fetch(version))
  }

  #framesAt(version: number): BoundedMap<number, S> {
    if (version % PIECE === 0) return this.#firsts
    return version % COARSE === 0 ? this.#coarse : this.#fine
  }

  #nearestFrame(version: number): { readonly version: number; readonly state: S } | null {
    for (let at = version - (version % FINE); at >= 0 && at > version - LONGEST_WALK; at -= FINE) {
      if (at === 0) return { version: 0, state: this.#fold.nothing }
      const state = this.#framesAt(at).get(at)
      if (state !== undefined) return { version: at, state }
    }
    return null
  }
}
