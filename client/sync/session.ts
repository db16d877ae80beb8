import { Connection, type Doc, types } from 'sharedb/lib/client/index.js'
import { type Component, canonical, componentsOf, type Insert } from '../../ot/component.ts'
import { CollabError, ERRORS, type ErrorCode } from '../../ot/errors.ts'
import { keepLastNewline } from '../../ot/final-newline.ts'
import { letter } from '../../ot/letter.ts'
import { CLOSE } from '../../ot/wire.ts'
import { type Draft, missingText, textOf, writtenText } from './draft.ts'
import { Link, type LinkWorld, pauseMs } from './link.ts'
import { fits, type OpSize, portions, sizeOf, sum } from './portions.ts'
import type { LetterListener, Refusal, SessionView, Submitted } from './session-view.ts'
import type {} from './sharedb-client.d.ts'
import { Unsent } from './unsent.ts'

/**
 * One letter, open: its text as this tab has it, and the way to the server and back.
 *
 * States, as seen from outside (`view.phase`)
 *   connecting  the letter has never been here; there is nothing to show
 *   live        subscribed: what others write arrives, what we write leaves
 *   offline     there is a letter to show and to write in, and no server; the link keeps trying
 *   refused     the server does not want us (`view.refusal` says why); nothing is tried until `retry`
 *
 * Invariants
 *   - an edit counts as unsent until its acknowledgement, which the server gives only once it is durable;
 *   - an op that the server would refuse is refused here, before ShareDB sees it: a refusal by the server
 *     makes ShareDB throw away everything that waits behind it;
 *   - should that happen all the same, what was waiting is kept in `view.drafts` first;
 *   - nothing of a letter is carried over into another epoch of the server's database (rule S9): it is loaded anew, and
 *     what was waiting is kept as a draft.
 */

const REFUSALS: Readonly<Record<number, Refusal>> = {
  [CLOSE.unauthenticated]: 'signed-out',
  [CLOSE.forbidden]: 'forbidden',
  [CLOSE.notFound]: 'not-found',
}

const OURS = 'own'
const NOTHING: OpSize = { components: 0, inserted: 0, bytes: 0 }

types.register(letter.ottype as Parameters<typeof types.register>[0]) // typed without `any`, unlike ShareDB's

/** A letter and the ops in it that were not confirmed. */
interface Before {
  readonly ops: readonly (readonly Component[])[]
  readonly letter: readonly Component[]
  /** The last version the server had confirmed. */
  readonly version: number
}

export class Session {
  readonly docId: string
  readonly #world: LinkWorld
  readonly #watchers = new Set<() => void>()
  readonly #unsent = new Unsent()
  #listener: LetterListener | null = null
  #link!: Link // set by #begin, which the constructor calls
  #connection!: Connection
  #doc!: Doc
  /** Of the server's database, as it was when the letter was loaded; null before the server has said so. */
  #epoch: string | null = null
  #wasReady = false
  #refusal: Refusal | null = null
  #drafts: readonly Draft[] = []
  #nextDraft = 1
  /** An upper bound of what has been composed into the last op that waits. */
  #waitingSize = NOTHING
  /** The queue and the letter as they were before the message being handled, in case it rolls them back. */
  #before: Before | null = null
  #rescued = false
  /** The letter as the server had it before it was taken back, until it can be compared with what is left of it. */
  #past: Before | null = null
  #view: SessionView

  constructor(docId: string, world: LinkWorld) {
    this.docId = docId
    this.#world = world
    this.#begin()
    this.#view = this.#look()
  }

  /** For tests and debugging only. */
  get doc(): Doc {
    return this.#doc
  }

  // The pair that React's useSyncExternalStore asks for.
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
  readonly getSnapshot = (): SessionView => this.#view

  open(): void {
    this.#link.open()
  }

  /** What the browser knows of the network, see Link. */
  wake(): void {
    this.#link.wake()
  }
  suspect(): void {
    this.#link.suspect()
  }

  /** Ends the session. Edits that were not confirmed are lost: ask `view.unsent` first. */
  close(): void {
    this.#listener = null
    this.#end()
  }

  /** Tries again now: after signing in, or because the person asked. */
  retry(): void {
    if (this.#refusal === 'rejected' || this.#link.state.kind === 'idle') this.#restart()
    else this.#link.retry()
  }

  dropDraft(id: number): void {
    this.#drafts = this.#drafts.filter((draft) => draft.id !== id)
    this.#changed()
  }

  /** At most one listener; a second one replaces the first. Calls `loaded` at once if there is a letter. */
  listen(listener: LetterListener | null): void {
    this.#listener = listener
    if (listener && this.hasLetter) listener.loaded()
  }

  /** False before the first load, and for the moment it takes to start afresh after a refusal. */
  get hasLetter(): boolean {
    return this.#doc.type !== null && this.#doc.type !== undefined
  }

  /** The letter with everything written here and everything that arrived. Never changed in place. */
  components(): readonly Insert[] {
    return componentsOf(this.#doc.data) as readonly Insert[] // a letter holds nothing else
  }

  /**
   * Takes an op on `components()`: it is applied at once and sent as soon as there is a server.
   *
   * @returns refused, and nothing changed, when the server could only refuse it: `error` says why
   */
  submit(op: readonly Component[]): Submitted {
    let series: Component[][]
    try {
      const whole = keepLastNewline(canonical(op), this.components())
      if (whole.length === 0) return { kind: 'taken' }
      series = portions(whole)
      // ShareDB applies them once more. An apply costs a walk over what the op touches; a refusal, the queue.
      let after: unknown = this.#doc.data
      for (const portion of series) after = letter.apply(after, letter.parseOp(portion))
    } catch (error) {
      if (error instanceof CollabError) return { kind: 'refused', error }
      throw error
    }
    for (const portion of series) this.#queue(portion)
    this.#remember()
    this.#changed()
    return { kind: 'taken' }
  }

  #queue(op: readonly Component[]): void {
    const last = this.#doc.pendingOps.at(-1)
    const size = sizeOf(op)
    const composed = last === undefined || last.sentAt ? size : sum(this.#waitingSize, size)
    const joins = fits(composed)
    this.#waitingSize = joins ? composed : size
    this.#unsent.add(this.#world.now())
    this.#doc.preventCompose = !joins
    this.#doc.submitOp({ ops: op }, { source: OURS }, (error) => {
      if (!error) this.#unsent.confirm()
      this.#changed()
    })
    this.#doc.preventCompose = false
  }

  #begin(): void {
    this.#link = new Link(this.#world)
    // The link has all that ShareDB uses of a socket; its types ask for a little more than that.
    this.#connection = new Connection(this.#link as unknown as ConstructorParameters<typeof Connection>[0])
    this.#doc = this.#connection.get('letters', this.docId)
    this.#link.onstate = (state) => {
      if (state.kind === 'refused' && state.code === CLOSE.reload) return this.#reload()
      this.#refusal = state.kind === 'refused' ? (REFUSALS[state.code] ?? 'rejected') : null
      if (this.#isHopeless()) {
        this.#remember()
        this.#rescue()
        this.#keepPast()
      }
      this.#changed()
    }
    this.#connection.on('receive', ({ data }) => this.#receives(data))
    this.#connection.on('send', (message) => {
      if (message.a === 'hs' && this.#epoch !== null) message.epoch = this.#epoch
    })
    this.#connection.on('state', () => this.#changed())
    this.#connection.on('error', (error) => this.#failed(error))
    this.#doc.on('error', (error) => this.#failed(error))
    this.#doc.on('load', () => this.#loads())
    this.#doc.on('op', (op: unknown, source: unknown) => {
      if (source !== OURS) this.#listener?.remoteOp(componentsOf(op))
      this.#changed()
    })
    this.#doc.on('del', () => this.#refuse('not-found'))
    this.#doc.subscribe((error) => error && this.#failed(error))
  }

  /** Starts afresh with the server's letter, keeping as a draft what it does not have. */
  #restart(afterMs = 0): void {
    this.#remember()
    this.#rescue()
    this.#end()
    this.#unsent.clear()
    this.#waitingSize = NOTHING
    this.#refusal = null
    this.#epoch = null
    this.#begin()
    this.#link.open(afterMs)
    this.#changed()
  }

  /** The server's database was taken back in time: what is here may be the only copy of what it lost (rule S9). */
  #reload(): void {
    // Without a letter there is nothing the server could mean: it is in the middle of something.
    if (!this.hasLetter) return this.#restart(pauseMs(2, this.#world.random()))
    this.#remember()
    if (this.#before?.ops.length === 0) this.#past = this.#before
    this.#restart()
  }

  /** Keeps what was saved once and is not in the letter any more; all of it, when there is no letter any more. */
  #keepPast(): void {
    const past = this.#past
    if (past === null) return
    this.#past = null
    const written = missingText(past.letter, this.hasLetter ? this.components() : [])
    if (written !== '') this.#keep(past, written, 0)
  }

  #end(): void {
    this.#connection.removeAllListeners()
    this.#doc.removeAllListeners()
    // ShareDB still answers callbacks, and an 'error' event without a listener would be thrown.
    this.#connection.on('error', () => {})
    this.#doc.on('error', () => {})
    this.#link.onstate = null
    this.#link.close()
  }

  #receives(message: { a?: string; d?: string; epoch?: string; error?: { code?: string } }): void {
    // The one that the letter here is of is the first this connection was greeted with.
    if (message.a === 'init') this.#epoch ??= message.epoch ?? null
    this.#remember()
    if (message.a === 'op' && message.error) this.#rescue()
    // ShareDB tells nobody when a subscription came through with nothing new.
    queueMicrotask(() => this.#changed())
  }

  #loads(): void {
    if (!this.hasLetter) return this.#refuse('not-found')
    // A second load means that ShareDB rolled back, for whatever reason.
    if (this.#wasReady) this.#rescue()
    this.#wasReady = true
    this.#before = null
    this.#rescued = false
    this.#keepPast()
    this.#listener?.loaded()
    this.#changed()
  }

  #failed(error: { code?: unknown }): void {
    const code = String(error.code)
    const remedy = code in ERRORS ? ERRORS[code as ErrorCode].remedy : null
    // A source of somebody else: the person signed in again, as another member.
    const isStale = remedy === 'reload' || code === 'op/foreign-source'
    if (isStale && this.#wasReady) this.#restart()
    else if (code === 'document/not-found') this.#refuse('not-found')
    else if (!this.hasLetter) this.#refuse('rejected')
  }

  #refuse(refusal: Refusal): void {
    this.#link.close()
    this.#refusal = refusal
    this.#keepPast()
    this.#changed()
  }

  /** Notes what is not confirmed. In the middle of a rollback there is nothing to note, and the last note holds. */
  #remember(): void {
    if (!this.hasLetter) return
    const { inflightOp, pendingOps } = this.#doc
    const queue = inflightOp ? [inflightOp, ...pendingOps] : pendingOps
    const ops = queue.flatMap(({ op }) => (op === undefined ? [] : [componentsOf(op)]))
    this.#before = { ops, letter: this.components(), version: this.#doc.version ?? 0 }
  }

  /** Keeps what the server does not have, once per refusal, from before ShareDB let go of it. */
  #rescue(): void {
    const before = this.#before
    if (this.#rescued || before === null || before.ops.length === 0) return
    this.#rescued = true
    this.#keep(before, writtenText(before.ops), Math.max(1, this.#unsent.edits))
    this.#unsent.clear()
  }

  #keep({ letter, version }: Before, written: string, edits: number): void {
    const draft: Draft = { id: this.#nextDraft++, written, whole: textOf(letter), edits, version }
    this.#drafts = [...this.#drafts, draft]
  }

  #look(): SessionView {
    const live = this.#connection.state === 'connected' && this.#doc.subscribed && this.#wasReady
    const phase = this.#refusal ? 'refused' : live ? 'live' : this.#wasReady ? 'offline' : 'connecting'
    return {
      phase,
      refusal: this.#refusal,
      ready: this.#wasReady,
      version: this.#doc.version ?? this.#view?.version ?? 0,
      unsent: this.#countUnsent(),
      drafts: this.#drafts,
    }
  }

  /** ShareDB's queue is the truth; the count only says how many edits that is to a person. */
  #countUnsent(): number {
    if (this.#isHopeless() || !this.#doc.hasWritePending()) return 0
    return Math.max(1, this.#unsent.edits)
  }

  /** What waits will never be sent: it is kept as a draft instead. */
  #isHopeless(): boolean {
    return this.#refusal !== null && this.#refusal !== 'signed-out'
  }

  #changed(): void {
    const next = this.#look()
    const before = this.#view
    const same = (Object.keys(next) as (keyof SessionView)[]).every((key) => next[key] === before[key])
    if (same) return
    this.#view = next
    for (const watcher of this.#watchers) watcher()
  }
}
