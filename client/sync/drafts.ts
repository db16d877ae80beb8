import { type Batch, DeviceError, type DeviceStore } from './device-store.ts'
import { type Draft, type DraftRecord, draftOf } from './draft.ts'
import { draftsOf } from './draft-place.ts'

/** The rescue drafts of one member in one letter: on the device as well, until the person has dealt with them. */
export class Drafts {
  readonly #store: DeviceStore
  readonly #prefix: string
  readonly #onChange: () => void
  #list: readonly Draft[] = []

  constructor(store: DeviceStore, member: string, document: string, onChange: () => void) {
    this.#store = store
    this.#prefix = draftsOf(member, document)
    this.#onChange = onChange
  }

  /** Oldest first. */
  get list(): readonly Draft[] {
    return this.#list
  }

  find(id: string): Draft | undefined {
    return this.#list.find((draft) => draft.id === id)
  }

  /** Reads what earlier tabs kept. @throws DeviceError */
  async load(): Promise<void> {
    const entries = await this.#store.read(this.#prefix)
    const kept = entries.map(([, record]) => draftOf(record as DraftRecord)) // written by `keep`
    const made = this.#list.filter(({ id }) => !kept.some((draft) => draft.id === id))
    this.#list = [...kept, ...made]
    this.#onChange()
  }

  /** Shows a new draft. @returns what keeps it, to be written together with what takes the words out of where they were */
  keep(record: DraftRecord): Batch {
    this.#list = [...this.#list, draftOf(record)]
    this.#onChange()
    return { put: [[this.#prefix + record.id, record]] }
  }

  /** Shows a draft no more. @returns what takes it off the device */
  drop(id: string): Batch {
    this.#list = this.#list.filter((draft) => draft.id !== id)
    this.#onChange()
    return { remove: [this.#prefix + id] }
  }

  /** The person wants it no more. */
  async discard(id: string): Promise<void> {
    try {
      await this.#store.write(this.drop(id))
    } catch (error) {
      // It will be there again with the next tab, which is no loss.
      if (!(error instanceof DeviceError)) throw error
    }
  }
}
