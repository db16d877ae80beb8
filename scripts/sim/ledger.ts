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
  state: 'submitted' | 'withdrawn' | 'acked' | 'refused' | 'abandoned' | 'kept' | 'drafted'
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

  /** What an own client shows as a draft, which the person has from then on. */
  drafted(text: string): void {
    for (const token of tokensIn(text)) {
      const entry = this.entries.get(token)
      if (entry && ['submitted', 'kept'].includes(entry.state)) entry.state = 'drafted'
    }
  }

  submitted(author: string, letter: string, token: string): void {
    this.entries.set(token, { token, author, letter, state: 'submitted', version: 0 })
  }
}

/** The entries of one client that are not settled, compared with its queue whenever something has happened to it. */
export class Witness {
  readonly #ledger: Ledger
  #open: Entry[] = []
  /** Tokens taken out by what waits. */
  #taking: string[] = []
  /** What earlier tabs of the same browser had kept. */
  readonly #kept: Set<Entry>

  constructor(ledger: Ledger, kept: Set<Entry>) {
    this.#ledger = ledger
    this.#kept = kept
  }

  get isSettled(): boolean {
    return this.#open.length === 0
  }

  /** What an earlier tab had kept and this one has in its queue is this one's to answer for. */
  adopts(queue: string): void {
    for (const entry of this.#kept) {
      if (entry.state !== 'kept' || !queue.includes(entry.token)) continue
      this.#kept.delete(entry)
      entry.state = 'submitted'
      this.#open.push(entry)
    }
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
    this.#settle(queue, 'withdrawn', 0)
  }

  /** A message has arrived: what is not waiting any more was acknowledged by it, as the version the letter is at. */
  heard(queue: string, version: number): void {
    if (this.#kept.size > 0) this.adopts(queue)
    if (this.#open.length > 0) this.#settle(queue, 'acked', version)
    if (queue === '') this.#taken()
  }

  /**
   * The tab is killed. What its device holds is for the next tab; what was not there yet was never sent.
   *
   * @param device  null when there is none: then nobody will know what became of what waited
   */
  abandoned(device: string | null): void {
    this.inDoubt()
    for (const entry of this.#open) {
      if (device?.includes(entry.token) && entry.state === 'submitted') {
        entry.state = 'kept'
        this.#kept.add(entry)
      }
    }
    this.#settle('', device === null ? 'abandoned' : 'withdrawn', 0)
  }

  /** Nobody can say any more whether what was taken out stays out. */
  inDoubt(): void {
    for (const token of this.#taking.splice(0)) this.#ledger.doubtful.add(token)
  }

  #taken(): void {
    for (const token of this.#taking.splice(0)) this.#ledger.deleted.add(token)
  }

  /** The server does not take what waited. */
  refused(why: string): void {
    this.#ledger.complaints.push(why)
    this.#settle('', 'refused', 0)
  }

  #settle(queue: string, state: Entry['state'], version: number): void {
    const open: Entry[] = []
    for (const entry of this.#open) {
      if (entry.state !== 'submitted') continue
      if (queue.includes(entry.token)) open.push(entry)
      else Object.assign(entry, { state, version })
    }
    this.#open = open
  }
}
