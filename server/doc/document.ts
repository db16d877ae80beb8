import { strict as assert } from 'node:assert'
import { CollabError, unavailable } from '../../ot/errors.ts'
import type { Change, LoggedOp } from '../../ot/logged-op.ts'
import { LIMITS } from '../../ot/wire.ts'
import type { Writer } from '../store/group-commit.ts'
import type { StoredDocument } from '../store/op-log.ts'
import { channelOf } from './channel.ts'
import { Contention } from './contention.ts'
import { InFlight } from './in-flight.ts'
import { LogNews } from './log-news.ts'
import { RecentOps } from './recent-ops.ts'
import { Resends } from './resends.ts'
import { applyLogged, checkBase, NOTHING, nextStep } from './step.ts'
import { StoredCopy, snapshotIn } from './stored-copy.ts'
import type { ExactSubmission, Pending, Turn } from './turn.ts'
import { appended, loggedOp, submitted, turnsAgain } from './turn.ts'
import type { DocumentDeps, DocumentKey, DocumentListener, Outcome, Snapshot, Submission } from './types.ts'

/** Ops handled in one go, and characters of them: some milliseconds' worth. */
const PIECE = 500
const PIECE_LENGTH = 1024 * 1024
/** Submissions waiting or in flight before senders are told to come back later. */
const MAX_WAITING = 5_000

/**
 * A document in memory: its head, its newest ops, and the queue of those who want to change it.
 *
 * Ops take turns (rule S1). A turn is one synchronous stretch: transform over what the op has not seen, check,
 * apply, hand over to the log. What it needs from the log is fetched before it begins, and it ends when the op
 * is handed over, not when it is durable, so that a hot letter's ops share a transaction. Only the answer to the
 * sender and the publication wait for the commit.
 *
 * Two versions therefore: `head` includes ops handed over but not yet durable, and is what the next turn builds
 * on; `durable` is what the log is known to hold, and is all that anyone outside is shown.
 *
 * Invariants
 *   - pending ops lead from durable to head, one by one, in the order they were handed over;
 *   - recent ops reach up to head without a gap;
 *   - listeners hear each version once, in order, when it becomes durable;
 *   - while something is fetched from the log (`busy`) no turn is taken, so nothing moves under a turn;
 *   - ops of another node are taken in only while nothing is pending: with something pending, the commit will
 *     lose its race, and all that was pending goes back to the front of the queue as it was sent.
 */
export class Document implements Writer {
  readonly key: DocumentKey
  readonly #deps: DocumentDeps
  #number: number | null
  #durable: Snapshot
  #head: Snapshot
  #headTime: number
  readonly #recent: RecentOps
  readonly #resends: Resends
  readonly #inFlight = new InFlight()
  #waiting: Turn[] = []
  #busy = false
  readonly #news = new LogNews()
  readonly #contention = new Contention()
  #listeners = new Set<DocumentListener>()
  /** Metadata (JSON) a stock ShareDB backend keeps with the snapshot. */
  #meta: string | null
  readonly #copy: StoredCopy
  lastUsed: number

  private constructor(key: DocumentKey, stored: StoredDocument | null, deps: DocumentDeps) {
    const at = stored === null ? NOTHING : snapshotIn(stored)
    this.key = key
    this.#deps = deps
    this.#number = stored?.document ?? null
    this.#durable = at
    this.#head = at
    this.#headTime = stored?.time ?? 0
    this.#meta = stored?.meta ?? null
    this.#recent = new RecentOps(at.version)
    this.#resends = new Resends(deps.log, this.#recent)
    this.#copy = new StoredCopy(deps.log, stored?.snapshot ?? null)
    this.lastUsed = deps.clock.now()
  }

  /**
   * Loads a document as the log has it: the stored copy and the ops since. A document nobody has named is at
   * version 0.
   *
   * @throws CollabError document/log-broken; DbError
   */
  static async load(key: DocumentKey, deps: DocumentDeps): Promise<Document> {
    const stored = await deps.log.find(key.collection, key.id)
    const document = new Document(key, stored, deps)
    if (stored === null) return document
    document.#takeIn(await deps.log.read(stored.document, document.durable.version, stored.version))
    return document
  }

  /** The document's number in the log; it has one from its first op on. */
  get document(): number {
    assert(this.#number !== null, 'a document is named before its first op')
    return this.#number
  }

  /** What the log is known to hold. */
  get durable(): Snapshot {
    return this.#durable
  }

  /** Metadata (JSON) a stock ShareDB backend keeps with the snapshot; null on our own write path. */
  get meta(): string | null {
    return this.#meta
  }

  get isIdle(): boolean {
    const isQuiet = !this.#busy && this.#inFlight.isSettled && this.#waiting.length === 0
    return isQuiet && this.#listeners.size === 0
  }

  /** @returns what ends the subscription; may be called again */
  subscribe(listener: DocumentListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      this.lastUsed = this.#deps.clock.now()
    }
  }

  /**
   * Queues an op for its turn; resolves when it is durable, or found to need no storing.
   *
   * @throws CollabError op/*, document/*: the op is wrong; server/*: it is not, and may be sent again unchanged
   */
  submit(submission: Submission): Promise<Outcome> {
    return submitted(submission, (turn) => this.#enqueue(turn))
  }

  /**
   * Appends an op that a stock ShareDB backend has transformed and applied itself. Answers false, and changes
   * nothing, when `base` is not the head.
   */
  append(submission: ExactSubmission): Promise<boolean> {
    return appended(submission, (turn) => this.#enqueue(turn))
  }

  /**
   * The ops that follow version `after`, up to `to` and to the durable version: as many as are worth handling in
   * one go, and at least one if there is one. From memory when they are there: then the answer is not a promise,
   * and the caller may count on nothing having happened in between.
   */
  ops(after: number, to: number): readonly LoggedOp[] | Promise<readonly LoggedOp[]> {
    this.lastUsed = this.#deps.clock.now()
    const end = Math.min(to, this.#durable.version, after + PIECE)
    if (after >= end) return []
    const inMemory = this.#recent.between(after, end, PIECE_LENGTH)
    return inMemory ?? this.#deps.log.readPiece(this.document, after, end, PIECE_LENGTH)
  }

  /**
   * Looks into the log when it is said to hold `version` and this document does not (rule S7).
   *
   * @throws CollabError document/log-broken, server/unavailable
   */
  async catchUpTo(version: number): Promise<void> {
    if (version <= this.#durable.version) return
    const looked = this.#news.wait()
    this.#takeTurns()
    await looked
  }

  /** The newest version there is here, durable or not: what the log holds beyond it is another node's. */
  get reached(): number {
    return this.#head.version
  }

  /** Tells the document that the log has reached `version`: it catches up when it is not there itself. */
  noticeHead(version: number): void {
    // What is in flight is about to land, or to come back, and then it looks anyway.
    if (version <= this.reached) return
    this.#news.say(version)
    this.#takeTurns()
  }

  /** Resolves when no op is between its turn and the log's answer. */
  settled(): Promise<void> {
    return this.#inFlight.settled()
  }

  /** Stores a copy of the durable version, unless the stored one is as new. */
  async save(): Promise<void> {
    if (this.#number !== null) await this.#copy.save(this.#number, this.#durable)
  }

  // Turns

  #enqueue(turn: Turn): void {
    this.lastUsed = this.#deps.clock.now()
    if (this.#waiting.length + this.#inFlight.size >= MAX_WAITING) {
      return turn.reject(
        new CollabError('server/busy', 'Too many edits wait for this letter. Send it again.'),
      )
    }
    this.#waiting.push(turn)
    this.#takeTurns()
  }

  #takeTurns(): void {
    while (!this.#busy) {
      const turn = this.#waiting[0]
      const fetching = this.#fetchFor(turn)
      if (fetching !== null) {
        this.#busy = true
        const goOn = () => {
          this.#busy = false
          this.#takeTurns()
        }
        fetching.then(goOn, (error) => this.#couldNotFetch(error))
        return
      }
      if (turn === undefined) return this.#contention.emptied()
      this.#waiting.shift()
      try {
        this.#take(turn)
      } catch (error) {
        turn.reject(error)
      }
    }
  }

  /** The log cannot be read, or is not whole: nobody who waits can be served. */
  #couldNotFetch(error: unknown): void {
    this.#busy = false
    const cause = unavailable(error)
    if (cause.code === 'server/restored') this.#deps.onRewound?.(this.key)
    const waiting = this.#waiting.splice(0)
    if (!this.#news.giveUp(cause) && waiting.length === 0) this.#deps.onError(error, this.key)
    for (const { reject } of waiting) reject(cause)
  }

  /** What the next turn needs from the log and does not have yet; null when it can be taken. */
  #fetchFor(turn: Turn | undefined): Promise<unknown> | null {
    const { log } = this.#deps
    const heldUp = turn === undefined ? null : this.#contention.holdUp(this.#inFlight, this.#news)
    if (heldUp !== null) return heldUp
    if (this.#news.concerns(this.#durable.version)) return this.#look()
    if (turn === undefined) return null
    if (this.#number === null) {
      return log.name(this.key.collection, this.key.id).then((number) => {
        this.#number = number
        this.#news.doubt() // another node may have named it, and written to it
      })
    }
    if (turn.exact !== null) return null
    const lookingUp = this.#resends.lookUp(this.#number, turn)
    if (lookingUp !== null) return lookingUp
    if ((turn.first ?? 0) > this.#durable.version) return this.#look()
    const { base } = turn
    if (base === null) return null
    if (base > this.#head.version && !turn.hasCaughtUp) {
      turn.hasCaughtUp = this.#inFlight.isSettled
      return this.#look()
    }
    const floor = this.#recent.floor
    const reached = turn.older.length === 0 ? base : turn.older[turn.older.length - 1]!.version
    if (reached >= floor || this.#head.version - base > LIMITS.opsBehind) return null
    return log.read(this.#number, reached, floor).then((ops) => {
      turn.older = [...turn.older, ...ops]
    })
  }

  #take(turn: Turn): void {
    if (turn.exact !== null) {
      const { given, refuse } = turn.exact
      if (given.base !== this.#head.version) return refuse()
      return this.#handOver(turn, given.change, given.after, null)
    }
    const earlier = this.#resends.firstVersion(turn)
    if (earlier !== null) return this.#answer(turn, 'duplicate', earlier)

    const unseen = this.#unseenBy(turn)
    turn.older = [] // Should its turn start over, the op is beyond them.
    const step = nextStep(this.#head, unseen, turn, this.#durable.version, this.#deps.typeOf)
    if (step === null) return this.#answer(turn, 'no-op', this.#head.version)
    const { change, after, fixup } = step
    this.#handOver(turn, change, after, fixup)
  }

  /**
   * An op that was sent before is answered with the version it produced then (rule S4), one that changes nothing with
   * the version it was held against (rule D5), when that is durable.
   */
  #answer(turn: Turn, kind: 'duplicate' | 'no-op', version: number): void {
    const pending = this.#inFlight.find(version)
    if (pending) pending.followers.push({ turn, kind })
    else turn.resolve({ kind, version })
  }

  /** The ops between the one the turn's op knows of and the head; their number is checked (rule S2). */
  #unseenBy(turn: Turn): readonly LoggedOp[] {
    const head = this.#head.version
    const base = turn.base ?? head
    checkBase(base, head)
    const inMemory = this.#recent.between(Math.max(base, this.#recent.floor), head)!
    const unseen = base < this.#recent.floor ? [...turn.older, ...inMemory] : inMemory
    assert.equal(unseen.length, head - base, 'an op is transformed over exactly what it has not seen')
    return unseen
  }

  #handOver(turn: Turn, change: Change, after: Snapshot, fixup: unknown): void {
    const time = Math.max(this.#deps.clock.now(), this.#headTime)
    const op = loggedOp(turn, change, { version: after.version, time, fixup })
    this.#deps.committer.commit(this, op, turn.exact?.given.headMeta)
    this.#head = after
    this.#headTime = op.time
    this.#recent.push(op)
    this.#resends.noteOwn(op)
    this.#inFlight.push({ turn, op, after, fixup, followers: [] })
  }

  // What became of ops that were handed over

  committed(ops: readonly LoggedOp[]): void {
    this.#contention.won()
    const done = this.#inFlight.landed(ops)
    this.#advance(ops, done[done.length - 1]!.after)
    // The sockets of this node first, then the other nodes (rule R3).
    this.#deps.bus.publish(channelOf(this.key), String(this.#durable.version))
    for (const { turn, op, fixup, followers } of done) {
      this.#meta = turn.exact?.given.headMeta ?? this.#meta
      turn.resolve({ kind: 'committed', version: op.version, fixup })
      for (const { turn, kind } of followers) turn.resolve({ kind, version: op.version })
    }
    this.#afterPending()
  }

  wentBack(ops: readonly LoggedOp[], reason: 'raced' | 'resent'): void {
    this.#waiting.unshift(...this.#takeBack(ops).flatMap((pending) => turnsAgain(pending, reason)))
    this.#news.wentBack(reason)
    if (reason === 'raced') this.#contention.lost()
    this.#afterPending()
  }

  failed(ops: readonly LoggedOp[], error: CollabError): void {
    for (const { turn, followers } of this.#takeBack(ops)) {
      turn.reject(error)
      for (const { turn } of followers) turn.reject(error)
    }
    // Whether the log took them is not known: look before the next turn.
    this.#news.doubt()
    this.#afterPending()
  }

  /** Everything pending leaves; the head is what is durable again. */
  #takeBack(ops: readonly LoggedOp[]): Pending[] {
    this.#recent.dropAfter(this.#durable.version)
    this.#head = this.#durable
    for (const op of ops) this.#resends.forget(op)
    return this.#inFlight.takeBack(ops)
  }

  #afterPending(): void {
    this.#inFlight.tellIfSettled()
    this.#takeTurns()
  }

  /** Moves what is durable forward and tells everyone who listens. */
  #advance(ops: readonly LoggedOp[], to: Snapshot): void {
    this.#durable = to
    for (const listener of this.#listeners) listener.committed(ops)
    this.#recent.trim(to.version)
    if (this.#copy.isDue(to.version)) {
      this.save().catch((error) => this.#deps.onError(error, this.key))
    }
  }

  // Ops of other nodes

  /** Reads what this node lacks. What is in flight is about to lose its race then, and goes back first. */
  #look(): Promise<void> {
    if (!this.#inFlight.isSettled) return this.settled()
    const { log } = this.#deps
    return this.#news.look(async () => {
      this.#number ??= await log.number(this.key.collection, this.key.id)
      if (this.#number === null) return 0
      return this.#takeIn(await log.read(this.#number, this.#durable.version, null))
    })
  }

  /** Applies ops of the log that follow the durable version. @returns how many there are */
  #takeIn(ops: readonly LoggedOp[]): number {
    assert(this.#inFlight.isSettled)
    if (ops.length === 0) return 0
    const at = ops.reduce((before, op) => applyLogged(before, op, this.#deps.typeOf), this.#durable)
    for (const op of ops) {
      this.#recent.push(op)
      this.#headTime = Math.max(this.#headTime, op.time)
      this.#resends.noteRead(op)
    }
    this.#head = at
    this.#advance(ops, at)
    return ops.length
  }
}
