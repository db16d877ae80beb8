/** A map that holds no more than it may: what was used longest ago is forgotten first. */
export class BoundedMap<K, V> {
  readonly #limit: number
  readonly #weigh: (value: V) => number
  /** A Map iterates in the order of insertion, so the oldest stand first. */
  readonly #entries = new Map<K, V>()
  #weight = 0

  /** @param limit  sum of the weights; the newest entry stays, even when it alone is heavier */
  constructor(limit: number, weigh: (value: V) => number) {
    this.#limit = limit
    this.#weigh = weigh
  }

  get weight(): number {
    return this.#weight
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: K, value: V): void {
    this.#remove(key)
    this.#entries.set(key, value)
    this.#weight += this.#weigh(value)
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#limit || oldest === key) return
      this.#remove(oldest)
    }
  }

  #remove(key: K): void {
    const value = this.#entries.get(key)
    if (value === undefined) return
    this.#entries.delete(key)
    this.#weight -= this.#weigh(value)
  }
}
