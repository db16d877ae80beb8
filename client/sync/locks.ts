/**
 * Who owns what, among all tabs of one browser (rule C2). A lock ends with the tab that holds it, however that tab ends.
 */
export interface Locks {
  /** Takes a lock if nobody has it. @returns what lets go of it; null when it is taken */
  take(name: string): Promise<(() => void) | null>
}

/** Locks of one page, for a place where there is no other. */
export class PageLocks implements Locks {
  readonly #taken = new Set<string>()

  async take(name: string): Promise<(() => void) | null> {
    if (this.#taken.has(name)) return null
    this.#taken.add(name)
    return () => void this.#taken.delete(name)
  }
}
