import { BoundedMap } from './bounded-map.ts'
import type { PastEdit } from './past-edit.ts'

/**
 * The log of a letter, as far as it has been fetched: pieces of a thousand edits, asked for as they are needed, a bounded
 * number of them kept.
 *
 * The last piece of a log that is being written grows: what is missing at its end is fetched when it is wanted.
 */
export const PIECE = 1_000

/** Some 40 MB, when every edit is a key. */
const MAX_EDITS = 120_000

/** The edits after version `after` up to version `to`, in order, none missing. */
export type FetchEdits = (after: number, to: number) => Promise<readonly PastEdit[]>

type Piece = readonly PastEdit[]

export class EditPieces {
  readonly #fetch: FetchEdits
  /** By number: piece n holds the versions after n * PIECE, as far as they have been fetched. */
  readonly #pieces = new BoundedMap<number, Piece>(MAX_EDITS, (piece) => piece.length)
  readonly #underWay = new Map<number, Promise<void>>()

  constructor(fetch: FetchEdits) {
    this.#fetch = fetch
  }

  /** The edits after one version up to another; null while some are not here. */
  between(after: number, to: number): PastEdit[] | null {
    const edits: PastEdit[] = []
    for (let at = after; at < to; ) {
      const start = pieceOf(at + 1) * PIECE
      const end = Math.min(to, start + PIECE)
      const piece = this.#pieces.get(start / PIECE)
      if (piece === undefined || piece.length < end - start) return null
      for (let index = at - start; index < end - start; index++) edits.push(piece[index]!)
      at = end
    }
    return edits
  }

  /**
   * Fetches the piece that a version is in, when it is not here.
   *
   * @param head  the newest version
   */
  async load(version: number, head: number): Promise<void> {
    const number = pieceOf(version)
    const wanted = Math.min(head, (number + 1) * PIECE)
    while (this.#reach(number) < wanted) {
      let fetching = this.#underWay.get(number)
      if (fetching === undefined) {
        fetching = this.#extend(number, wanted).finally(() => this.#underWay.delete(number))
        this.#underWay.set(number, fetching)
      }
      await fetching
    }
  }

  async #extend(number: number, to: number): Promise<void> {
    const reach = this.#reach(number)
    const edits = await this.#fetch(reach, to)
    if (edits.length !== to - reach || edits[0]?.version !== reach + 1) {
      throw new Error(`the edits after version ${reach} are not the ${to - reach} that were asked for`)
    }
    this.#pieces.set(number, [...(this.#pieces.get(number) ?? []), ...edits])
  }

  /** The last version of a piece that is here. */
  #reach(number: number): number {
    return number * PIECE + (this.#pieces.get(number)?.length ?? 0)
  }
}

/** The number of the piece that holds a version, which is 1 or more. */
export function pieceOf(version: number): number {
  return Math.floor((version - 1) / PIECE)
}
