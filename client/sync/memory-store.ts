import type { Batch, DeviceStore, Entry } from './device-store.ts'

/** Keeps things for as long as the page lives: where the device keeps nothing, and beneath the stores that do. */
export class MemoryStore implements DeviceStore {
  readonly #entries = new Map<string, unknown>()

  async read(prefix: string): Promise<readonly Entry[]> {
    return this.entries(prefix)
  }

  async keys(prefix: string): Promise<readonly string[]> {
    return this.entries(prefix).map(([key]) => key)
  }

  async write(batch: Batch): Promise<void> {
    this.apply(batch)
  }

  async close(): Promise<void> {}

  /** As `read`, at once. */
  entries(prefix = ''): Entry[] {
    return [...this.#entries]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, structuredClone(value)])
  }

  /** As `write`, at once. */
  apply({ remove = [], put = [] }: Batch): void {
    for (const key of [...this.#entries.keys()]) {
      if (remove.some((prefix) => key.startsWith(prefix))) this.#entries.delete(key)
    }
    for (const [key, value] of put) this.#entries.set(key, structuredClone(value))
  }
}
