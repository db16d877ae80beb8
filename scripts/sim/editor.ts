import richText from 'rich-text'
import { Connection, type Doc, type types } from 'sharedb/lib/client/index.js'
import type { Wire } from '../../client/sync/link.ts'
import { Session } from '../../client/sync/session.ts'
import { timedId } from '../../client/sync/session-world.ts'
import type { TabMessage } from '../../client/sync/tab-channel.ts'
import { type Component, canonical, componentsOf, type Insert } from '../../ot/component.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Browser } from './browser.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** A person's copy of a letter, whichever client it is in. */
export interface Editor {
  /** Null before the letter has come. Never changed in place. */
  letter(): readonly Insert[] | null
  readonly version: number
  /** The source it submits under; null before it has one. */
  readonly source: string | null
  /** Subscribed, over a socket that is open as far as it knows. */
  readonly isLive: boolean
  /** What was written here and not acknowledged, as text that holds every token of it. */
  queue(): string
  hasQueue(): boolean
  submit(op: readonly Component[]): void
  /** The network is back. */
  wake(): void
  /** The tab is closed as it should be. Resolves when it is gone. */
  close(): Promise<void>
  /** What is shown, and the queue, is on its way into another tab's outbox. */
  readonly isGuest: boolean
  /** What it says of the queue: that the device has all of it, or has not yet, or keeps nothing. */
  readonly keeping: Keeping
}

export type Keeping = 'kept' | 'writing' | 'failing'

export interface EditorParts {
  readonly letter: string
  readonly member: string
  readonly time: VirtualTime
  readonly random: Random
  readonly owner: Owner
  readonly open: () => Wire
  /** The server does not take an op, or the letter away. */
  readonly onRefused: (why: string) => void
  /** Our own client only: what its tabs share, and what it shows of an op that was refused. */
  readonly browser: Browser
  readonly onDraft: (ops: string) => void
  /** Hands what another tab said to whoever hears it. */
  readonly onTab: (message: TabMessage, hear: () => void) => void
}

function queueOf(doc: Doc): string {
  const { inflightOp, pendingOps } = doc
  if (inflightOp === null && pendingOps.length === 0) return ''
  return JSON.stringify([inflightOp?.op, pendingOps.map(({ op }) => op)])
}

function sourceOf(doc: Doc): string | null {
  return (doc.connection as { id?: string | null }).id ?? null
}

/** Our own client: client/sync. */
export class OwnEditor implements Editor {
  readonly #session: Session

  constructor({
    letter,
    member,
    time,
    random,
    owner,
    open,
    onRefused,
    browser,
    onDraft,
    onTab,
  }: EditorParts) {
    this.#session = new Session(letter, member, {
      device: browser.deviceOf(owner),
      channel: (_name, hear) => browser.channelOf(owner, (message) => onTab(message, () => hear(message))),
      open,
      after: (ms, task) => time.after(ms, owner, task),
      now: () => time.now(),
      random: () => random.next(),
      wallTime: () => time.now(),
      newId: () => timedId(time.now(), random.next()),
    })
    this.#session.subscribe(() => {
      const { drafts, refusal } = this.#session.getSnapshot()
      if (refusal !== null) onRefused(`the session is over: ${refusal}`)
      for (const draft of drafts) {
        if (draft.reason === 'refused') onDraft(JSON.stringify(draft.ops))
        else onRefused(`a draft was kept of ${JSON.stringify(draft.written)}: ${draft.reason}`)
        this.#session.dropDraft(draft.id)
      }
    })
    void this.#session.open()
  }

  letter(): readonly Insert[] | null {
    return this.#session.hasLetter ? this.#session.components() : null
  }

  get version(): number {
    return this.#session.getSnapshot().version
  }

  get source(): string | null {
    return this.#session.source
  }

  get isLive(): boolean {
    return this.#session.getSnapshot().phase === 'live'
  }

  queue(): string {
    return this.hasQueue() ? JSON.stringify(this.#session.unconfirmed()) : ''
  }

  /** What is shown of it may be a moment old. */
  hasQueue(): boolean {
    return this.#session.unconfirmed().length > 0
  }

  submit(op: readonly Component[]): void {
    const submitted = this.#session.submit(op)
    if (submitted.kind === 'refused') throw submitted.error
  }

  wake(): void {
    this.#session.wake()
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  get isGuest(): boolean {
    return this.#session.isGuest
  }

  get keeping(): Keeping {
    const { isWriting, fault } = this.#session.getSnapshot()
    return fault !== null ? 'failing' : isWriting ? 'writing' : 'kept'
  }
}

type ClientType = Parameters<typeof types.register>[0]
const STOCK_RICH_TEXT = richText.type as unknown as ClientType
type DeclaredSocket = ConstructorParameters<typeof Connection>[0]
/** Documented, and missing from the declarations. */
type Rebindable = Connection & { bindToSocket(socket: DeclaredSocket): void }

/** Longest a stock client waits for a socket to open, and for its next attempt, milliseconds. */
const PATIENCE_MS = 10_000
const PAUSE_MS = 1_500

/** A stock ShareDB client with the stock type, in a program that connects again whenever its socket closes. */
export class StockEditor implements Editor {
  readonly keeping = 'failing'
  readonly isGuest = false
  readonly #parts: EditorParts
  readonly #connection: Rebindable
  readonly #doc: Doc
  #wire: Wire
  #isConnecting = false

  constructor(parts: EditorParts) {
    this.#parts = parts
    this.#wire = parts.open()
    this.#connection = new Connection(this.#wire as unknown as DeclaredSocket) as Rebindable
    this.#doc = this.#connection.get('letters', parts.letter)
    giveStockType(this.#doc)
    this.#connection.on('error', (error) => parts.onRefused(`connection: ${error.message}`))
    this.#doc.on('error', (error) => parts.onRefused(`document: ${error.message}`))
    this.#watch()
    this.#doc.subscribe((error) => {
      if (error) parts.onRefused(`subscription: ${error.message}`)
    })
  }

  letter(): readonly Insert[] | null {
    // The stock type keeps the keys of attributes in no order.
    return this.#doc.type ? (canonical(componentsOf(this.#doc.data)) as readonly Insert[]) : null
  }

  get version(): number {
    return this.#doc.version ?? 0
  }

  get source(): string | null {
    return sourceOf(this.#doc)
  }

  get isLive(): boolean {
    return this.#connection.state === 'connected' && this.#doc.subscribed
  }

  queue(): string {
    return queueOf(this.#doc)
  }

  hasQueue(): boolean {
    return this.#doc.hasPending()
  }

  submit(op: readonly Component[]): void {
    this.#doc.submitOp(op, {}, (error) => {
      if (error) this.#parts.onRefused(`op: ${error.message}`)
    })
  }

  wake(): void {
    if (this.#wire.readyState === 3) this.#reconnect()
  }

  async close(): Promise<void> {}

  #watch(): void {
    const { time, owner, random } = this.#parts
    const wire = this.#wire
    const toConnection = wire.onclose
    wire.onclose = (event) => {
      toConnection?.(event)
      time.after(100 + random.next() * PAUSE_MS, owner, () => {
        if (this.#wire === wire) this.#reconnect()
      })
    }
    time.after(PATIENCE_MS, owner, () => {
      if (this.#wire === wire && wire.readyState === 0) wire.close()
    })
  }

  #reconnect(): void {
    if (this.#isConnecting) return
    this.#isConnecting = true
    this.#wire = this.#parts.open()
    this.#connection.bindToSocket(this.#wire as unknown as DeclaredSocket)
    this.#watch()
    this.#isConnecting = false
  }
}

/** The registry of types is the process's, and our own client has put ours there. */
function giveStockType(doc: Doc): void {
  const { _setType } = doc as unknown as { _setType(type: unknown): void }
  const setType = (type: unknown) => _setType.call(doc, typeof type === 'string' ? STOCK_RICH_TEXT : type)
  Object.assign(doc, { _setType: setType })
}
