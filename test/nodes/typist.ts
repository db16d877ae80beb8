/**
 * People who type as people do, whatever becomes of the nodes: one character at a time, somewhere in the letter, never waiting
 * for an answer. Each character is a token that nobody else types and that nothing can split.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import { letterText } from '../harness/letters.ts'
import { OwnClient } from '../harness/own-client.ts'
import { type StockClient, stockClient } from '../harness/stock-client.ts'

/** The private use area, which no font and no grammar knows anything of. */
const FIRST_TOKEN = 0xe000
const LAST_TOKEN = 0xf8ff

/** What the protocol asks of a client that was sent away: a pause that chance has made longer. */
const STOCK_PAUSE_MS = 1_000

/** Hands out tokens, each once. */
export class Tokens {
  #next = FIRST_TOKEN

  take(): string {
    if (this.#next > LAST_TOKEN) throw new Error('There are no more tokens.')
    return String.fromCharCode(this.#next++)
  }
}

/** How a typist is connected. */
interface Hand {
  text(): string
  /** There is a letter, and it is told of what others write. */
  isReady(): boolean
  version(): number
  /** Calls back once, when the server has everything that was typed. */
  whenSaved(task: () => void): void
  insert(token: string, at: number): void
  close(): Promise<void>
}

export interface Place {
  /** Where the letter is, in front of all nodes. */
  readonly url: string
  readonly ca?: string
}

export class Typist {
  readonly letter: string
  /** What was typed, in order. */
  readonly typed: string[] = []
  /** How often the link broke. */
  breaks = 0
  readonly #hand: Hand
  readonly #tokens: Tokens
  /** When each character that is not saved yet was typed, oldest first. */
  #unsaved: number[] = []
  #waits: number[] = []

  private constructor(letter: string, tokens: Tokens, hand: (whenBroken: () => void) => Hand) {
    this.letter = letter
    this.#tokens = tokens
    this.#hand = hand(() => this.breaks++)
  }

  /** With the package of ShareDB as published, and the least a program has to add: it connects again. */
  static stock(letter: string, token: string, { url, ca }: Place, tokens: Tokens): Typist {
    return new Typist(letter, tokens, (whenBroken) => {
      const client: StockClient = stockClient(url, letter, token, { ca })
      let wasConnected = false
      let isOver = false
      let again: NodeJS.Timeout | undefined
      client.connection.on('connected', () => {
        wasConnected = true
      })
      client.connection.on('disconnected', () => {
        if (wasConnected) whenBroken()
        wasConnected = false
        if (!isOver) again = setTimeout(() => client.reconnect(), STOCK_PAUSE_MS * (1 + Math.random()))
      })
      client.doc.subscribe()
      return {
        text: () => letterText(client.doc.data),
        isReady: () => client.doc.subscribed && client.doc.data !== undefined,
        version: () => client.doc.version ?? 0,
        whenSaved: (task) => client.doc.whenNothingPending(task),
        insert: (token, at) =>
          client.doc.submitOp([...(at === 0 ? [] : [{ retain: at }]), { insert: token }]),
        close: () => {
          isOver = true
          clearTimeout(again)
          return client.close()
        },
      }
    })
  }

  /** With our own client. */
  static own(letter: string, token: string, { url, ca }: Place, tokens: Tokens): Typist {
    return new Typist(letter, tokens, (whenBroken) => {
      const client = new OwnClient(() => url, letter, token, { ca })
      let wasLive = false
      client.session.subscribe(() => {
        const isLive = client.view.phase === 'live'
        if (wasLive && !isLive) whenBroken()
        wasLive = isLive
      })
      return {
        text: () => client.text,
        isReady: () => client.view.phase === 'live',
        version: () => client.view.version,
        whenSaved(task) {
          const unwatch = client.session.subscribe(() => {
            if (client.view.unsent > 0) return
            unwatch()
            task()
          })
        },
        insert: (token, at) => client.type(token, at),
        close: () => client.close(),
      }
    })
  }

  get text(): string {
    return this.#hand.text()
  }

  get isReady(): boolean {
    return this.#hand.isReady()
  }

  type(): void {
    const token = this.#tokens.take()
    this.typed.push(token)
    const isFirst = this.#unsaved.push(performance.now()) === 1
    this.#hand.insert(token, Math.floor(Math.random() * this.text.length))
    if (isFirst) this.#hand.whenSaved(() => this.#saved())
  }

  /** Types a few characters a second for as long as it is asked to. */
  async typeOn(goesOn: () => boolean, betweenMs: number): Promise<void> {
    while (goesOn()) {
      await pause(betweenMs * 2 * Math.random())
      this.type()
    }
  }

  /** How long the characters took to be saved that were saved since it was asked last, ms. */
  takeWaits(): number[] {
    return this.#waits.splice(0)
  }

  /** Resolves when all that was typed is saved. */
  async saved(): Promise<void> {
    await until('all that was typed to be saved', () => this.#unsaved.length === 0, {
      seen: () => ({ unsaved: this.#unsaved.length, version: this.#hand.version(), breaks: this.breaks }),
    })
  }

  close(): Promise<void> {
    return this.#hand.close()
  }

  #saved(): void {
    const now = performance.now()
    this.#waits.push(...this.#unsaved.splice(0).map((at) => now - at))
  }
}

/** Resolves when everybody has the same text; it holds what they typed, each token once, and nothing else. */
export async function expectNothingLost(typists: readonly Typist[], stored: string): Promise<void> {
  await Promise.all(typists.map((typist) => typist.saved()))
  const texts = () => new Set([stored, ...typists.map(({ text }) => text)])
  await until('everybody to have the same text', () => texts().size === 1, { seen: () => [...texts()] })
  expect([...stored.slice(0, -1)].sort()).to.deep.equal(typists.flatMap(({ typed }) => typed).sort())
}
