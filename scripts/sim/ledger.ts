import type { Component } from '../../ot/component.ts'
import type { Keeping } from './editor.ts'

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
  state: 'submitted' | 'withdrawn' | 'acked' | 'refused' | 'abandoned' | 'kept' | 'given' | 'drafted'
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
  /** Those that a guest took out, of an op that another tab had not sent yet perhaps. */
  readonly takenByGuests = new Set<string>()
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
      if (entry && ['submitted', 'kept', 'given'].includes(entry.state)) entry.state = 'drafted'
    }
  }

  /** Nobody has sent it perhaps: its tab was killed, or one tab wrote it and another took it out again before it was sent. */
  mayBeAbsent({ state, token }: Entry): boolean {
    if (state === 'given' && (this.deleted.has(token) || this.doubtful.has(token))) return true
    return state === 'abandoned' || (['kept', 'given'].includes(state) && this.takenByGuests.has(token))
  }

  submitted(author: string, letter: string, token: string): void {
    this.entries.set(token, { token, author, letter, state: 'submitted', version: 0 })
  }
}

/** The entries of one client that are not settled, compared with its queue whenever something has happened to it. */
export class Witness {
  readonly #ledger: Ledger
  #open: Entry[] = []
  /** Taken back before they were sent, of which the device may not know. */
  readonly #withdrawn: Entry[] = []
  /** Tokens taken out by what waits. */
  #taking: string[] = []
  /** Those it wrote as a guest: another tab may have them. */
  readonly #given = new Set<Entry>()
  #keeping: Keeping = 'kept'
  /** What earlier tabs of the same browser had kept, and what was given to others. */
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
      if (!['kept', 'given'].includes(entry.state) || !queue.includes(entry.token)) continue
      this.#kept.delete(entry)
      entry.state = 'submitted'
      this.#open.push(entry)
    }
  }

  /** Something may have happened that no line told of: a tab gave what it had to another, or took what another had. */
  looks(queue: string, isGuest: boolean, keeping: Keeping): void {
    this.#keeping = keeping
    this.adopts(queue)
    // Taken out by another tab before it was sent.
    this.#withdrawn.push(...this.#settle(queue, 'withdrawn', 0))
    if (!isGuest) this.#given.clear()
  }

  /**
   * An op was submitted, and the queue is what it is now.
   *
   * @param isGuest  what it takes out may come back with a host that is gone, or is refused
   */
  wrote(author: string, letter: string, { op, takes }: Edit, queue: string, isGuest: boolean): void {
    this.#ledger.ops++
    if (!isGuest) this.#taking.push(...takes)
    else {
      for (const token of takes) {
        this.#ledger.doubtful.add(token)
        this.#ledger.takenByGuests.add(token)
      }
    }
    for (const { insert } of op) {
      if (typeof insert !== 'string') continue
      for (const token of tokensIn(insert)) {
        this.#ledger.submitted(author, letter, token)
        const entry = this.#ledger.entries.get(token)!
        this.#open.push(entry)
        if (isGuest && queue.includes(token)) this.#given.add(entry)
      }
    }
    if (queue === '') this.#taken()
    // Taken back before it was sent: the two ops have become one that does nothing.
    this.#withdrawn.push(...this.#settle(queue, 'withdrawn', 0))
  }

  /** A message has arrived: what is not waiting any more was acknowledged by it, as the version the letter is at. */
  heard(queue: string, version: number): void {
    if (this.#kept.size > 0) this.adopts(queue)
    if (this.#open.length > 0) this.#settle(queue, 'acked', version)
    if (queue === '') this.#taken()
  }

  /**
   * The tab is killed. What its device holds is for the next tab, and so is what the tab said it does. What was not there yet was
   * never sent; but of what waited in a tab that can keep nothing, nobody will know what became of it.
   *
   * @param device  what it holds
   */
  abandoned(device: string, keeping: Keeping): void {
    this.inDoubt()
    for (const entry of this.#withdrawn) {
      if (!device.includes(entry.token)) continue
      this.#ledger.deleted.delete(entry.token)
      this.#ledger.doubtful.add(entry.token)
      this.#keep(entry)
    }
    for (const entry of this.#open) {
      // The other tab may have heard of it, or not.
      if (entry.state === 'submitted' && this.#given.has(entry)) entry.state = 'abandoned'
      if (entry.state === 'submitted' && (keeping === 'kept' || device.includes(entry.token)))
        this.#keep(entry)
    }
    this.#settle('', keeping === 'failing' ? 'abandoned' : 'withdrawn', 0)
  }

  #keep(entry: Entry): void {
    entry.state = 'kept'
    this.#kept.add(entry)
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

  /** @returns those that have left the queue */
  #settle(queue: string, state: Entry['state'], version: number): Entry[] {
    const open = this.#open.filter((entry) => entry.state === 'submitted')
    const all = open.filter(({ token }) => !queue.includes(token))
    const gone = all.filter((entry) => !this.#given.has(entry))
    for (const entry of gone) Object.assign(entry, { state, version })
    for (const entry of all) if (this.#given.delete(entry)) this.#give(entry)
    this.#open = open.filter(({ token }) => queue.includes(token))
    return gone
  }

  /** Another tab has it, and answers for it as soon as it is seen there; if it has said that it keeps nothing, nobody does. */
  #give(entry: Entry): void {
    entry.state = this.#keeping === 'failing' ? 'abandoned' : 'given'
    if (entry.state === 'given') this.#kept.add(entry)
  }
}
