import type { Component } from '../../ot/component.ts'

/** What a person does to a letter. */
export interface Edit {
  readonly op: readonly Component[]
  /** Tokens it takes out. */
  readonly takes: readonly string[]
}

/** What became of a token: one private-use character, which nothing can split and nobody else writes. */
export interface Entry {
  readonly token: string
  readonly author: string
  readonly letter: string
  state: 'submitted' | 'withdrawn' | 'acked' | 'refused' | 'kept' | 'abandoned'
  /** The version that brought it, when acked. */
  version: number
}

const FIRST_TOKEN = 0xe000
const TOKENS = /[\ue000-\uf8ff]/gu

export function tokensIn(text: string): string[] {
  return text.match(TOKENS) ?? []
}

/** What the clients of a run know to have done: written outside the system, and compared with it at the end. */
export class Ledger {
  readonly entries = new Map<string, Entry>()
  /** Tokens that somebody took out of a letter. */
  readonly deleted = new Set<string>()
  /** Those that a tab took out that was killed before it had heard of it: they may be there or not. */
  readonly doubtful = new Set<string>()
  /** What clients were told that they should not have been. */
  readonly complaints: string[] = []
  ops = 0

  /** A token nobody has written yet. */
  newToken(): string {
    return String.fromCharCode(FIRST_TOKEN + this.entries.size)
  }

  submitted(author: string, letter: string, token: string): void {
    this.entries.set(token, { token, author, letter, state: 'submitted', version: 0 })
  }
}

/** The entries of one client that are not settled, compared with its queue whenever something has happened to it. */
export class Witness {
  readonly #ledger: Ledger
  #open: Entry[] = []
  /** Withdrawn, of which the device may not know yet. */
  #withdrawn: Entry[] = []
  /** Tokens taken out by what waits. */
  #taking: string[] = []
  /** What of `#open` and of `#taking` is on the device, whatever becomes of the tab. */
  #kept = new Set<Entry | string>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  get isSettled(): boolean {
    return this.#open.length === 0
  }

  /** An op was submitted, and the queue is what it is now. */
  wrote(author: string, letter: string, { op, takes }: Edit, queue: string): void {
    this.#ledger.ops++
    this.#taking.push(...takes)
    for (const { insert } of op) {
      if (typeof insert !== 'string') continue
      for (const token of tokensIn(insert)) {
        this.#ledger.submitted(author, letter, token)
        this.#open.push(this.#ledger.entries.get(token)!)
      }
    }
    if (queue === '') this.#taken()
    // Taken back before it was sent: the two ops have become one that does nothing.
    this.#withdrawn.push(...this.#settle(queue, 'withdrawn', 0))
  }

  /** A message has arrived: what is not waiting any more was acknowledged by it, as the version the letter is at. */
  heard(queue: string, version: number): void {
    if (this.#open.length > 0) this.#settle(queue, 'acked', version)
    if (queue === '') this.#taken()
  }

  /** Everything written so far is on the device. */
  kept(): void {
    this.#withdrawn = []
    this.#kept = new Set([...this.#open, ...this.#taking])
  }

  /** The tab is killed: what the device has is sent one day, and nobody will know what became of the rest. */
  abandoned(): void {
    for (const entry of this.#open) entry.state = this.#kept.has(entry) ? 'kept' : 'abandoned'
    for (const entry of this.#withdrawn) entry.state = 'abandoned'
    this.#open = []
    for (const token of this.#taking) {
      if (this.#kept.has(token)) this.#ledger.deleted.add(token)
      else this.#ledger.doubtful.add(token)
    }
  }

  /** The server does not take what waited. */
  refused(why: string): void {
    this.#ledger.complaints.push(why)
    this.#settle('', 'refused', 0)
  }

  #taken(): void {
    for (const token of this.#taking.splice(0)) this.#ledger.deleted.add(token)
  }

  #settle(queue: string, state: Entry['state'], version: number): Entry[] {
    const gone = this.#open.filter(({ token }) => !queue.includes(token))
    for (const entry of gone) Object.assign(entry, { state, version })
    if (gone.length > 0) this.#open = this.#open.filter(({ token }) => queue.includes(token))
    return gone
  }
}
