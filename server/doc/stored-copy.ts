import type { OpLog, StoredDocument } from '../store/op-log.ts'
import { NOTHING } from './step.ts'
import type { Snapshot } from './types.ts'

/** The copy of a document that the store keeps, so that opening it reads few ops. */
export class StoredCopy {
  readonly #log: Pick<OpLog, 'saveSnapshot'>
  #version: number
  #saving: Promise<void> | null = null

  /** @param version  of the copy that is stored; 0 when there is none */
  constructor(log: Pick<OpLog, 'saveSnapshot'>, version: number) {
    this.#log = log
    this.#version = version
  }

  /** How many versions the stored copy is older, not counting one that is being written. */
  age(version: number): number {
    return this.#saving === null ? version - this.#version : 0
  }

  /** Stores a copy, unless the stored one is as new. */
  async save(document: number, copy: Snapshot): Promise<void> {
    await this.#saving
    if (this.#version >= copy.version) return
    this.#saving = this.#log.saveSnapshot(document, copy)
    try {
      await this.#saving
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
