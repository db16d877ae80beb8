import type { Batch, DeviceStore, Entry } from './device-store.ts'

/**
 * A store that asks to be kept, and notices when it was not.
 *
 * A browser that is short of room throws away what pages keep, and nobody is told. So when the first words of a person are kept
 * here, the browser is asked to promise not to, and a mark is put in the store and another one beside it: the second without the
 * first means that the store was emptied.
 */
export interface Beside {
  isMarked(): boolean
  /** May fail silently: then an emptied store goes unnoticed. */
  mark(isMarked: boolean): void
  /** Asks that nothing be thrown away. */
  persist(): void
}

const MARK = 'mark'
/** What a person would miss. The rest can be had from the server again. */
const WORDS = /^(?:outbox|draft|unborn)\//

export class MarkedStore implements DeviceStore {
  readonly #store: DeviceStore
  readonly #beside: Beside
  #isMarked = false

  constructor(store: DeviceStore, beside: Beside) {
    this.#store = store
    this.#beside = beside
  }

  /** True, once, when words were kept here and all of it is gone. @throws DeviceError */
  async wasEmptied(): Promise<boolean> {
    if (!this.#beside.isMarked() || (await this.#store.keys(MARK)).length > 0) return false
    this.#beside.mark(false)
    return true
  }

  read(prefix: string): Promise<readonly Entry[]> {
    return this.#store.read(prefix)
  }

  keys(prefix: string): Promise<readonly string[]> {
    return this.#store.keys(prefix)
  }

  async write(batch: Batch): Promise<void> {
    const { put = [] } = batch
    if (this.#isMarked || !put.some(([key]) => WORDS.test(key))) return this.#store.write(batch)
    await this.#store.write({ ...batch, put: [...put, [MARK, true]] })
    if (this.#isMarked) return
    this.#isMarked = true
    this.#beside.mark(true)
    this.#beside.persist()
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}
