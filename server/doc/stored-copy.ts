import type { OpLog, StoredDocument } from '../store/op-log.ts'
import { NOTHING } from './step.ts'
import type { Snapshot } from './types.ts'

/** A copy is stored when the stored one is at least this many ops old, and when the document is let go. */
const EVERY = 200
/** Characters of a copy that an op may cost: a copy of a long letter is stored less often. */
const LENGTH_PER_OP = 100

/** The copy of a document that the store keeps, so that opening it reads few ops. */
export class StoredCopy {
  readonly #log: Pick<OpLog, 'saveSnapshot'>
  #version: number
  /** Characters of the stored copy. */
  #length: number
  #saving: Promise<number> | null = null

  constructor(log: Pick<OpLog, 'saveSnapshot'>, stored: StoredDocument['snapshot']) {
    this.#log = log
    this.#version = stored?.version ?? 0
    this.#length = stored?.data?.length ?? 0
  }

  /** True when it is time to store a copy of `version`, and none is being stored. */
  isDue(version: number): boolean {
    return this.#saving === null && version - this.#version >= Math.max(EVERY, this.#length / LENGTH_PER_OP)
  }

  /** Stores a copy, unless the stored one is as new. */
  async save(document: number, copy: Snapshot): Promise<void> {
    await this.#saving
    if (this.#version >= copy.version) return
    this.#saving = this.#log.saveSnapshot(document, copy)
    try {
      this.#length = await this.#saving
      this.#version = copy.version
    } finally {
      this.#saving = null
    }
  }
}

export function snapshotIn({ snapshot }: StoredDocument): Snapshot {
  if (snapshot === null) return NOTHING
  const { version, type, data } = snapshot
  return { version, type, data: data === null ? undefined : JSON.parse(data) }
}
