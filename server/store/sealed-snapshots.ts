/** Snapshots of letters, sealed and verified: which there are, and what they hold. */

import type { Db } from './db.ts'
import type { ObjectStore } from './object-store.ts'
import { type KeyRing, SealError, type Sealed } from './seal.ts'

/** A snapshot that counts. */
export interface SnapshotMark extends Sealed {
  /** Name in the object store; its last part is `kid`. */
  readonly object: string
}

export interface SealedSnapshotsParts {
  readonly db: Db
  readonly objects: ObjectStore
  readonly keys: KeyRing
}

type MarkRow = SnapshotMark & { readonly [column: string]: unknown }

const COLUMNS = 'letter, version, firm, epoch, kid, object'

export class SealedSnapshots {
  readonly #db: Db
  readonly #objects: ObjectStore
  readonly #keys: KeyRing

  constructor({ db, objects, keys }: SealedSnapshotsParts) {
    this.#db = db
    this.#objects = objects
    this.#keys = keys
  }

  /** The newest snapshots up to a version, newest first. */
  async upTo(letter: string, version: number, limit: number): Promise<SnapshotMark[]> {
    return this.#db.query<MarkRow>(
      `select ${COLUMNS}
         from sealed_snapshots
        where letter = $1::uuid and version <= $2
        order by version desc
        limit $3`,
      [letter, version, limit],
      'snapshots-up-to',
    )
  }

  /** What a snapshot holds. @throws SealError when it is gone, was changed, or its key is not here */
  async open(mark: SnapshotMark): Promise<Buffer> {
    const bytes = await this.#objects.get(mark.object)
    if (bytes !== null) return this.#keys.open(bytes, mark)
    // It may have been sealed anew since its name was read.
    const [now] = await this.upTo(mark.letter, mark.version, 1)
    if (now === undefined || now.object === mark.object) throw new SealError('it is gone')
    return this.open(now)
  }

  /** Seals and keeps a snapshot. It counts when it has been read back and is the same. */
  async keep(bytes: Uint8Array, of: Omit<Sealed, 'kid'>): Promise<void> {
    const mark = this.#mark(of)
    await this.#objects.put(mark.object, await this.#keys.seal(bytes, of))
    if (!(await this.open(mark)).equals(bytes)) throw new SealError('it was not kept as it was')
    await this.#db.query(
      `insert into sealed_snapshots (letter, version, firm, epoch, kid, object)
       values ($1::uuid, $2, $3::uuid, $4, $5, $6)
       on conflict (letter, version) do nothing`,
      [of.letter, of.version, of.firm, of.epoch, mark.kid, mark.object],
    )
  }

  /**
   * Seals those anew that are sealed with another key than the current one. May be ended at any time, and be called again.
   *
   * @param onError  told of those that do not open; they stay as they are
   * @returns        how many were sealed anew
   */
  async rotate(onError: (mark: SnapshotMark, error: unknown) => void): Promise<number> {
    let after = null as SnapshotMark | null
    let count = 0
    for (;;) {
      const [mark]: SnapshotMark[] = await this.#db.query<MarkRow>(
        `select ${COLUMNS}
           from sealed_snapshots
          where kid <> $1 and ($2::uuid is null or (letter, version) > ($2::uuid, $3::bigint))
          order by letter, version
          limit 1`,
        [this.#keys.current, after?.letter ?? null, after?.version ?? 0],
      )
      if (mark === undefined) return count
      after = mark
      try {
        await this.#reseal(mark)
        count++
      } catch (error) {
        onError(mark, error)
      }
    }
  }

  async #reseal(old: SnapshotMark): Promise<void> {
    const { object, kid } = this.#mark(old)
    await this.#objects.put(object, await this.#keys.seal(await this.open(old), old))
    await this.#db.query(
      `update sealed_snapshots
          set kid = $3, object = $4
        where letter = $1::uuid and version = $2`,
      [old.letter, old.version, kid, object],
    )
    await this.#db.sync()
    await this.#objects.delete(old.object)
  }

  #mark(of: Omit<Sealed, 'kid'>): SnapshotMark {
    const { firm, letter, epoch, version } = of
    const kid = this.#keys.current
    return { firm, letter, epoch, version, kid, object: `${letter}/${epoch}/${version}/${kid}` }
  }
}
