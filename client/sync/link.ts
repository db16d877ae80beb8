import { CLOSE } from '../../ot/wire.ts'

/**
 * A WebSocket that comes back.
 *
 * ShareDB's connection is bound to one socket-like object for its whole life, and this is it: beneath it real
 * sockets come and go. Nothing is queued here. What is sent while no socket is open is dropped, because ShareDB
 * resends what was not acknowledged, and a second copy from a queue would arrive with a stale version.
 *
 * States
 *   idle        not started, or closed by us
 *   connecting  a socket is opening; it has `openMs` to do so
 *   open        traffic is expected: after `quietMs` without any, a ping goes out, and an answer is due in `answerMs`
 *   waiting     no socket; the next attempt comes after a pause that doubles each time, with jitter
 *   refused     the server said why and that coming back is of no use; only `retry` leaves this state
 *
 * Invariants
 *   - at most one real socket is current; events of earlier ones are ignored;
 *   - at most one timer runs, and it belongs to the current state;
 *   - every `onopen` is followed by exactly one `onclose` before the next `onopen`.
 */

/** What a link uses of a WebSocket. */
export interface Wire {
  readonly readyState: number
  send(text: string): void
  close(code?: number): void
  onopen: ((event: unknown) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  onerror: ((event: unknown) => void) | null
}

/** Where a link lives: the sockets, time and chance it is given. A test hands it its own. */
export interface LinkWorld {
  open(): Wire
  /** Runs `task` after `ms`; the returned function takes it back. */
  after(ms: number, task: () => void): () => void
  now(): number
  /** In [0, 1). */
  random(): number
}

export type LinkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly attempt: number }
  | { readonly kind: 'refused'; readonly code: number }

/** A line that swallows everything is given up after `quietMs` and `answerMs`: within 20 seconds. */
export const LINK_TIMES = {
  openMs: 10_000,
  quietMs: 12_000,
  answerMs: 7_000,
  stableMs: 5_000,
  firstPauseMs: 500,
  longestPauseMs: 30_000,
}

/** Coming back with the same credentials, document or bytes would only be refused again. */
const FINAL: ReadonlySet<number> = new Set([
  CLOSE.malformed,
  CLOSE.unauthenticated,
  CLOSE.forbidden,
  CLOSE.notFound,
  CLOSE.reload,
  1007, // WebSocket's own: not UTF-8
  1009, // WebSocket's own: a message was too big
])

/**
 * The server is there and says when it can be asked again, and everybody comes back at once: the pause is longer and wider
 * than after a broken line, and stops growing. 1012 sends us to another node, which is ready, however often that happens while
 * one node after the other is restarted: one to two seconds. 1013 means that its database is away: up to four seconds.
 */
const CROWDED: ReadonlyMap<number, { readonly least: number; readonly most: number }> = new Map([
  [CLOSE.restart, { least: 2, most: 2 }],
  [CLOSE.tryAgain, { least: 2, most: 3 }],
])

const PING = JSON.stringify({ a: 'pp' })
const CONNECTING = 0
const OPEN = 1
const CLOSED = 3

/** The pause before attempt number `attempt` (from 0): doubling, half of it by chance, never over the longest. */
export function pauseMs(attempt: number, random: number): number {
  const full = Math.min(LINK_TIMES.longestPauseMs, LINK_TIMES.firstPauseMs * 2 ** attempt)
  return full / 2 + (full / 2) * random
}

export class Link {
  onopen: ((event: unknown) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: unknown) => void) | null = null
  onerror: ((event: unknown) => void) | null = null

  /** Called after every change of state. */
  onstate: ((state: LinkState) => void) | null = null

  readonly #world: LinkWorld
  #state: LinkState = { kind: 'idle' }
  #wire: Wire | null = null
  #attempt = 0
  #openedAt = 0
  #cancelTimer: (() => void) | null = null

  constructor(world: LinkWorld) {
    this.#world = world
  }

  get state(): LinkState {
    return this.#state
  }

  /** As a WebSocket's; ShareDB asks. */
  get readyState(): number {
    if (this.#state.kind === 'connecting') return CONNECTING
    return this.#state.kind === 'open' ? OPEN : CLOSED
  }

  /** Starts, after a pause if one is given; does nothing when already started. */
  open(pauseMs = 0): void {
    if (this.#state.kind !== 'idle') return
    if (pauseMs === 0) return this.#connect()
    this.#enter({ kind: 'waiting', attempt: 0 })
    this.#after(pauseMs, () => this.#connect())
  }

  send(text: string): void {
    // A socket that was told to close has not said so yet.
    if (this.#state.kind === 'open' && this.#wire?.readyState === OPEN) this.#wire.send(text)
  }

  /** Ends the link for good, unless `open` is called again. */
  close(): void {
    const wasOpen = this.#state.kind === 'open'
    this.#letGo(1000)
    this.#attempt = 0
    this.#enter({ kind: 'idle' })
    if (wasOpen) this.onclose?.({ code: 1000 })
  }

  /** Connects at once, also after a refusal: the person signed in again or asked to try. */
  retry(): void {
    if (this.#state.kind !== 'waiting' && this.#state.kind !== 'refused') return
    this.#attempt = 0
    this.#connect()
  }

  /**
   * The network may be back, or the tab is looked at again: waste no time on a pause or a dead socket. How often it was
   * tried in vain says nothing any more; an attempt that is under way may have begun too early.
   */
  wake(): void {
    if (this.#state.kind === 'open') return this.#ping()
    if (this.#state.kind !== 'waiting' && this.#state.kind !== 'connecting') return
    this.#attempt = 0
    if (this.#state.kind === 'waiting') this.#connect()
  }

  /** The network is gone. An open socket would only find out by its deadline. */
  suspect(): void {
    if (this.#state.kind === 'open' || this.#state.kind === 'connecting') this.#ended(1006)
  }

  #connect(): void {
    this.#letGo(1000)
    const wire = this.#world.open()
    this.#wire = wire
    wire.onopen = (event) => {
      this.#openedAt = this.#world.now()
      this.#enter({ kind: 'open' })
      this.#expectTraffic()
      this.onopen?.(event)
    }
    wire.onmessage = (event) => {
      this.#expectTraffic()
      this.onmessage?.(event)
    }
    wire.onclose = (event) => this.#ended(event.code)
    wire.onerror = (event) => this.onerror?.(event)
    this.#enter({ kind: 'connecting' })
    this.#after(LINK_TIMES.openMs, () => this.#ended(1006))
  }

  #expectTraffic(): void {
    this.#after(LINK_TIMES.quietMs, () => this.#ping())
  }

  #ping(): void {
    this.send(PING)
    this.#after(LINK_TIMES.answerMs, () => this.#ended(1006))
  }

  #ended(code: number): void {
    const wasOpen = this.#state.kind === 'open'
    this.#letGo(1000)
    if (FINAL.has(code)) {
      this.#enter({ kind: 'refused', code })
    } else {
      // A server that accepts and then throws us out again must not be asked twice a second.
      if (wasOpen && this.#world.now() - this.#openedAt >= LINK_TIMES.stableMs) this.#attempt = 0
      const crowded = CROWDED.get(code)
      if (crowded) this.#attempt = Math.min(Math.max(this.#attempt, crowded.least), crowded.most)
      this.#enter({ kind: 'waiting', attempt: this.#attempt })
      this.#after(pauseMs(this.#attempt, this.#world.random()), () => this.#connect())
      this.#attempt += 1
    }
    if (wasOpen) this.onclose?.({ code })
  }

  /** Forgets the current socket: a half-open one may take minutes to say that it is closed. */
  #letGo(code: number): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    const wire = this.#wire
    this.#wire = null
    if (!wire) return
    wire.onopen = wire.onmessage = wire.onclose = null
    wire.onerror = () => {} // a socket closed while connecting reports an error nobody waits for
    wire.close(code)
  }

  #after(ms: number, task: () => void): void {
    this.#cancelTimer?.()
    this.#cancelTimer = this.#world.after(ms, task)
  }

  #enter(state: LinkState): void {
    this.#state = state
    this.onstate?.(state)
  }
}
