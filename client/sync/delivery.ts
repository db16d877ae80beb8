import type { Insert } from '../../ot/component.ts'
import { ERRORS, type ErrorCode } from '../../ot/errors.ts'
import { CLOSE } from '../../ot/wire.ts'
import type { Owned } from './device.ts'
import type { Batch } from './device-store.ts'
import { type DraftReason, type DraftRecord, missingFrom } from './draft.ts'
import type { Drafts } from './drafts.ts'
import { LetterLine, type LineListener, type OpMessage } from './letter-line.ts'
import { type LinkState, pauseMs } from './link.ts'
import type { Outbox } from './outbox.ts'
import { fits, type OpSize, sizeOf, sum } from './portions.ts'
import {
  editsIn,
  fresh,
  type Op,
  queueOf,
  type Replica,
  type ReplicaEvent,
  type Stepped,
  step,
} from './replica.ts'
import type { Refusal } from './session-view.ts'
import type { SessionWorld } from './session-world.ts'

/**
 * Brings what is written in one outbox to the server, each op once, and what others write back.
 *
 * The replica says what the letter is (replica.ts, pure), the outbox keeps it (outbox.ts), the line carries it (letter-line.ts),
 * the drafts hold what cannot go on (drafts.ts). Here they meet. Every change of the replica goes through `#happens`, which
 * writes it down, and every op that leaves goes through `pump`.
 *
 * Invariants
 *   - an op is sent only when it is on the device under the source and seq it is sent with, unless the device keeps nothing, which
 *     the outbox says (rule C1), and then only when nothing older is there;
 *   - what leaves the queue without being acknowledged is a draft, in the same batch (rule C3);
 *   - nothing of a letter is carried over into another epoch of the server's database (rule S9): it is loaded anew, and
 *     what was waiting is kept as a draft;
 *   - nothing is sent for another member than the one who wrote it.
 */

export interface DeliveryListener {
  /** The device has kept something, or could not: told before anything is sent. */
  kept(): void
  /** Nothing leaves as long as it may not; `pump` is called when it may again. */
  mayLeave(): boolean
  /** What is shown has changed by `op`, which was not written here. */
  shows(op: Op): void
  /** There is a letter, or another one than before; or none for a while, when `replica` is null. */
  loaded(): void
  /** Everything the server has has come. */
  level(): void
  changed(): void
}

export interface DeliveryDeps {
  readonly document: string
  readonly member: string
  readonly world: SessionWorld
  readonly drafts: Drafts
}

const REFUSALS: Readonly<Record<number, Refusal>> = {
  [CLOSE.unauthenticated]: 'signed-out',
  [CLOSE.forbidden]: 'forbidden',
  [CLOSE.notFound]: 'not-found',
}

/** A person does not think in key presses: what is typed without a pause this long is one edit, as for Undo. */
export const EDIT_PAUSE_MS = 1_000

/** Ops that are taken in at once, while catching up: a few milliseconds' work. */
const PIECE = 250

export class Delivery implements LineListener {
  readonly #deps: DeliveryDeps
  readonly #outbox: Outbox
  readonly #letGo: () => void
  readonly #listener: DeliveryListener
  #line: LetterLine
  #replica: Replica | null
  #epoch: string | null
  #refusal: Refusal | null = null
  /** What the outbox must have kept before what was sent may leave, and whether it has left on this socket. */
  #sentMark = 0
  #isOut = false
  /** An upper bound of what has been composed into the last op that waits; null when it must be measured. */
  #lastSize: OpSize | null = null
  /** Ops that came and were not taken in: while everything since the last time comes, many are taken in at once. */
  readonly #gathered: Op[] = []
  #typedAt = Number.NEGATIVE_INFINITY
  /** The letter as it was before the server was taken back, until it can be compared with what is left of it. */
  #past: { readonly letter: readonly Insert[]; readonly version: number } | null = null
  #isClosed = false

  /** Goes on where the outbox was left. `changed` is called from now on, `loaded` not for what is there already. */
  constructor(deps: DeliveryDeps, { outbox, letGo }: Owned, listener: DeliveryListener) {
    this.#deps = deps
    this.#outbox = outbox
    outbox.onChange = () => {
      listener.kept()
      this.pump()
      listener.changed()
    }
    this.#letGo = letGo
    this.#listener = listener
    this.#replica = outbox.replica
    this.#epoch = outbox.epoch
    this.#line = this.#newLine()
  }

  get replica(): Replica | null {
    return this.#replica
  }

  get epoch(): string | null {
    return this.#epoch
  }

  get refusal(): Refusal | null {
    return this.#refusal
  }

  get outbox(): Outbox {
    return this.#outbox
  }

  get isLive(): boolean {
    return this.#line.isLevel && this.#replica !== null
  }

  /** Under which the present line sends; null before it has one. */
  get source(): string | null {
    return this.#line.source
  }

  /** Nothing that is written now would ever be sent. */
  get isHopeless(): boolean {
    return this.#refusal !== null && this.#refusal !== 'signed-out'
  }

  open(): void {
    this.#line.link.open()
  }

  wake(): void {
    this.#line.link.wake()
  }

  suspect(): void {
    this.#line.link.suspect()
  }

  retry(): void {
    this.#refusal = null
    if (this.#line.link.state.kind === 'idle') this.#line.link.open()
    else this.#line.link.retry()
    this.#listener.changed()
  }

  /** Begins with a letter that was not written in yet; only before there is one. */
  begin(epoch: string | null, replica: Replica): void {
    this.#epoch = epoch
    this.#replica = replica
    this.#outbox.begin(epoch, replica)
  }

  /** Takes an op on what is shown, of a size the server takes and in canonical form. `aside` lands with it. @returns as `note` does */
  write(op: Op, aside: Batch = {}): number {
    const replica = this.#replica!
    const size = sizeOf(op)
    const last = replica.waiting.at(-1)
    const composed = last === undefined ? size : sum(this.#lastSize ?? sizeOf(last.op), size)
    const joins = last !== undefined && fits(composed)
    this.#lastSize = joins ? composed : size
    const now = this.#deps.world.now()
    const continues = now - this.#typedAt < EDIT_PAUSE_MS && queueOf(replica).length > 0
    this.#typedAt = now
    const mark = this.#happens({ kind: 'typed', op, joins, continues }, aside)
    this.pump()
    return mark
  }

  /** Keeps as a draft what was written in this letter and can go nowhere from here. */
  setAside(reason: DraftReason, words: Pick<DraftRecord, 'base' | 'version' | 'ops' | 'edits'>): void {
    this.#outbox.aside(this.#draft(reason, null, words))
  }

  /** Sends what is to be sent and may be. */
  pump(): void {
    if (this.#isClosed || !this.isLive || this.#refusal !== null || !this.#listener.mayLeave()) return
    if (this.#replica!.sent === null && this.#replica!.waiting.length > 0) {
      this.#isOut = false
      this.#sentMark = this.#happens({ kind: 'sends', ...this.#line.name() })
    }
    const { sent, version } = this.#replica!
    if (sent === null || this.#isOut || !this.#outbox.maySend(this.#sentMark)) return
    this.#isOut = true
    this.#line.send(sent, version)
  }

  /** Leaves on the device what the server does not have. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#line.close()
    await this.#outbox.close()
    this.#letGo()
  }

  // What the line tells

  greeted(epoch: string | null, member: string | null): void {
    if (member !== null && member !== this.#deps.member) return this.#refuse('signed-out')
    // The letter here is of the one that this line was greeted with first, if it is of any.
    if (this.#epoch !== null || epoch === null) return
    this.#epoch = epoch
    if (this.#replica !== null) this.#outbox.begin(epoch, this.#replica)
  }

  loaded(version: number, letter: readonly Insert[]): void {
    this.begin(this.#epoch, fresh(version, letter))
    this.#keepPast()
    this.#listener.loaded()
    this.#listener.changed()
  }

  level(): void {
    this.#takeIn()
    this.#isOut = false
    this.pump()
    this.#listener.level()
    this.#listener.changed()
  }

  heard({ version, source, seq, op, fixups }: OpMessage): void {
    const replica = this.#replica
    if (replica === null) return
    const next = replica.version + this.#gathered.length
    if (version < next) return
    if (version > next) return this.#line.fetch(next)
    const { sent } = replica
    if (sent !== null && source === sent.source && seq === sent.seq) {
      this.#takeIn()
      this.#takes({ kind: 'acked', fixups })
    } else {
      this.#gathered.push(op ?? [])
      if (this.isLive || this.#gathered.length >= PIECE) this.#takeIn()
    }
  }

  /** Takes in what was gathered. */
  #takeIn(): void {
    if (this.#gathered.length > 0) this.#takes({ kind: 'heard', ops: this.#gathered.splice(0) })
  }

  /** What the server says happens to the replica. */
  #takes(event: ReplicaEvent): void {
    if (this.#replica === null) return
    let stepped: Stepped
    try {
      stepped = step(this.#replica, event)
    } catch {
      // What is here cannot be what the server has. Nobody knows why, so nothing of it is trusted but the words.
      return this.#startAfresh('rejected', null, pauseMs(2, this.#deps.world.random()))
    }
    this.#happens(event, {}, stepped)
    this.pump()
    this.#listener.changed()
  }

  failed(code: string, of: { readonly source: string; readonly seq: number } | null): void {
    const sent = this.#replica?.sent ?? null
    if (of !== null && (of.source !== sent?.source || of.seq !== sent.seq)) return
    // A source of somebody else: another member has signed in.
    if (code === 'op/foreign-source') return this.#refuse('signed-out')
    if (code === 'document/not-found') return this.#refuse('not-found', code)
    if (code === 'auth/forbidden') return this.#refuse('forbidden', code)
    const remedy = code in ERRORS ? ERRORS[code as ErrorCode].remedy : null
    // An op that does not fit is one op; the letter it was to fit is still the server's.
    if (remedy === 'reload' && code !== 'op/does-not-fit') this.#startAfresh('behind', code)
    else if (of !== null) this.#refuseSent(code)
    else if (this.#replica === null) this.#refuse('rejected', code)
  }

  gone(): void {
    this.#refuse('not-found')
  }

  changed(state: LinkState): void {
    if (state.kind !== 'open') {
      this.#isOut = false
      // They come again.
      this.#gathered.length = 0
    }
    if (state.kind === 'refused') {
      if (state.code === CLOSE.reload) return this.#reload()
      return this.#refuse(REFUSALS[state.code] ?? 'rejected')
    }
    this.#listener.changed()
  }

  // What becomes of what cannot go on

  /** The op that was sent is taken out and kept; what waits stays. */
  #refuseSent(code: string): void {
    const { confirmed, sent, version } = this.#replica!
    const { op, edits } = sent!
    const aside =
      op.length === 0 ? {} : this.#draft('refused', code, { base: confirmed, version, ops: [op], edits })
    this.#happens({ kind: 'refused' }, aside)
    this.pump()
    this.#listener.changed()
  }

  #refuse(refusal: Refusal, code: string | null = null): void {
    this.#refusal = refusal
    if (this.#line.link.state.kind !== 'refused') this.#line.link.close()
    if (refusal !== 'signed-out') {
      this.#rescue(refusal, code)
      if (refusal === 'not-found') this.#keepPast()
      const replica = this.#replica
      if (replica !== null && queueOf(replica).length > 0) {
        this.begin(this.#epoch, fresh(replica.version, replica.confirmed))
        this.#listener.loaded()
      }
    }
    this.#listener.changed()
  }

  /** The server's database was taken back in time: what is here may be the only copy of what it lost (rule S9). */
  #reload(): void {
    const replica = this.#replica
    // Without a letter there is nothing the server could mean: it is in the middle of something.
    const afterMs = replica === null ? pauseMs(2, this.#deps.world.random()) : 0
    if (replica !== null && queueOf(replica).length === 0) {
      this.#past = { letter: replica.confirmed, version: replica.version }
    }
    this.#startAfresh('restored', null, afterMs)
  }

  /** Everything unsent becomes a draft, and the letter is loaded as if it had never been here. */
  #startAfresh(reason: DraftReason, code: string | null, afterMs = 0): void {
    this.#rescue(reason, code)
    this.#outbox.forget()
    this.#line.close()
    this.#gathered.length = 0
    this.#refusal = null
    this.#replica = null
    this.#epoch = null
    this.#line = this.#newLine()
    this.#line.link.open(afterMs)
    this.#listener.changed()
  }

  #rescue(reason: DraftReason, code: string | null): void {
    const replica = this.#replica
    const queue = replica === null ? [] : queueOf(replica)
    if (replica === null || queue.length === 0) return
    const { confirmed: base, version } = replica
    const ops = queue.map(({ op }) => op)
    this.#outbox.forget(this.#draft(reason, code, { base, version, ops, edits: editsIn(replica) }))
  }

  /** Keeps what was saved once and is not in the letter any more; all of it, when there is no letter any more. */
  #keepPast(): void {
    const past = this.#past
    if (past === null) return
    this.#past = null
    const base = this.#replica?.confirmed ?? []
    const missing = missingFrom(base, past.letter)
    const words = { base, version: past.version, ops: [missing], edits: 0 }
    if (missing.length > 0) this.#outbox.aside(this.#draft('restored', null, words))
  }

  #draft(
    reason: DraftReason,
    code: string | null,
    words: Pick<DraftRecord, 'base' | 'version' | 'ops' | 'edits'>,
  ): Batch {
    const { drafts, world } = this.#deps
    const keptAt = world.wallTime()
    return drafts.keep({ ...words, id: world.newId(), reason, code, keptAt, epoch: this.#epoch })
  }

  #happens(event: ReplicaEvent, aside: Batch = {}, stepped = step(this.#replica!, event)): number {
    const { replica, shows } = stepped
    this.#replica = replica
    if (event.kind === 'sends' || event.kind === 'refused') this.#lastSize = null
    const mark = this.#outbox.note(event, replica, aside)
    if (shows !== null && shows.length > 0) this.#listener.shows(shows)
    return mark
  }

  #newLine(): LetterLine {
    const here = { version: () => this.#replica?.version ?? null, epoch: () => this.#epoch }
    return new LetterLine(this.#deps.document, this.#deps.world, here, this)
  }
}
