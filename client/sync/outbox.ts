import { type Batch, DeviceError, type DeviceFault, type DeviceStore, type Entry } from './device-store.ts'
import { type OutboxPlace, outboxesOf } from './outbox-place.ts'
import { type Checkpoint, type Replica, type ReplicaEvent, replay, resumed, stateOf } from './replica.ts'

/**
 * What one tab wrote in one letter and the server has not acknowledged, kept on the device (rule C1).
 *
 * A replica is kept as a checkpoint and the events since. A key press adds one short row, not the letter: the letter is written
 * again only when the rows have grown as long as it, so that a key costs twice its own length at most, however long the letter.
 * What others write is no loss when it is forgotten, since the server tells it again; it is written down with the next edit,
 * which builds on it.
 *
 * Writes take turns: while one is on its way, events gather for the next.
 *
 * States
 *   kept     everything that matters is on the device
 *   writing  a batch is on its way
 *   failed   the device did not take the last batch; nothing counts as kept until it takes a checkpoint with everything in it,
 *            which is tried every `RETRY_MS`
 *
 * Invariants
 *   - what is on the device is a replica that this tab has had, and never one without an edit that was there before;
 *   - an event is kept only together with all before it.
 */

export interface OutboxDeps {
  readonly store: DeviceStore
  /** Runs `task` after `ms`; the returned function takes it back. */
  after(ms: number, task: () => void): () => void
  /** Resolves when work is in nobody's way; without it, that is at once. */
  painted?(): Promise<void>
}

/** Rows are put together into a checkpoint no sooner than this, in characters of JSON. */
const SHORTEST_JOURNAL = 64 * 1024
/** How long what the server could tell again may wait to be written down. */
const IDLE_MS = 1_000
/** How soon a device that failed is tried again, and how long it has for one batch. */
export const RETRY_MS = 10_000
const PATIENCE_MS = 10_000

interface Base extends Checkpoint {
  /** Of the server's database; null when the letter was made here and the server has not seen it. */
  readonly epoch: string | null
}

/** What the entries of one outbox, at least one, say. */
export function replicaIn(entries: readonly Entry[]): { epoch: string | null; replica: Replica } {
  // Whoever wrote them wrote them with this program, or an earlier one with the same shapes.
  const [base, ...rows] = entries.map(([, value]) => value) as [Base, ...ReplicaEvent[][]]
  const { epoch, ...checkpoint } = base
  return { epoch, replica: replay(resumed(checkpoint), rows.flat()) }
}

export class Outbox {
  readonly place: OutboxPlace
  /** Something was kept, or could not be. */
  onChange: () => void = () => undefined
  readonly #deps: OutboxDeps
  readonly #prefix: string
  #epoch: string | null = null
  /** As it is after every event noted; null while there is no letter. */
  #replica: Replica | null = null
  /** Events that are in no batch yet; null when the next batch is a checkpoint. */
  #events: ReplicaEvent[] | null = null
  /** What goes into the next batch beside them. */
  #aside: Required<Batch> = { remove: [], put: [] }
  /** Characters: of `#events`, of the rows on the device, of the checkpoint there. */
  #gathered = 0
  #journal = 0
  #base = 0
  #rows = 0
  #mayBeThere = false
  /** Whether what is on the device has edits that the server may not have. */
  #holdsEdits = false
  /** Events noted that must not be lost, and how many of them are on the device. */
  #noted = 0
  #kept = 0
  #writing: Promise<void> | null = null
  #fault: DeviceFault | null = null
  /** What is on the device may be less than what has been noted; only of interest while there is a fault. */
  #isStale = false
  #cancelTimer: (() => void) | null = null
  #isClosed = false

  /** An outbox of which nothing is on the device. */
  constructor(place: OutboxPlace, deps: OutboxDeps) {
    this.place = place
    this.#deps = deps
    this.#prefix = `${outboxesOf(place.member, place.document)}${place.id}/`
  }

  /**
   * An outbox as it was left.
   *
   * @throws DeviceError; any other error when what is there cannot be understood
   */
  static async open(place: OutboxPlace, deps: OutboxDeps): Promise<Outbox> {
    const outbox = new Outbox(place, deps)
    const entries = await deps.store.read(outbox.#prefix)
    if (entries.length === 0) return outbox
    const [base, ...rows] = entries.map(([, value]) => value)
    const { epoch, replica } = replicaIn(entries)
    outbox.#epoch = epoch
    outbox.#replica = replica
    outbox.#events = []
    outbox.#base = JSON.stringify(base).length
    outbox.#journal = JSON.stringify(rows).length
    outbox.#rows = rows.length
    outbox.#mayBeThere = true
    outbox.#holdsEdits = stateOf(outbox.#replica) !== 'synchronised'
    return outbox
  }

  get replica(): Replica | null {
    return this.#replica
  }

  get epoch(): string | null {
    return this.#epoch
  }

  /** Why nothing is kept; null when it is. */
  get fault(): DeviceFault | null {
    return this.#fault
  }

  /** Something was written that is not on the device yet, but may be in a moment. */
  get isWriting(): boolean {
    return this.#kept < this.#noted && this.#fault === null
  }

  /** What `note` answered is on the device when this is as great. */
  get kept(): number {
    return this.#kept
  }

  /** What `note` answered last. */
  get noted(): number {
    return this.#noted
  }

  /**
   * Whether what was noted as `mark` may leave. Without a device that takes it, it may once nothing older is there: a tab that came
   * back to that would send it again, under another name. When it could not be taken away either, it may all the same.
   */
  maySend(mark: number): boolean {
    if (this.#kept >= mark) return true
    if (this.#fault === null) return false
    if (this.#isStale) this.#clear()
    return !this.#isStale
  }

  /** There is a letter, of that epoch, to write in. Nothing is kept before something is written. */
  begin(epoch: string | null, replica: Replica): void {
    this.#epoch = epoch
    this.#replica = replica
    this.#events = null
  }

  /**
   * Writes down what happened. What the server can tell again takes its time.
   *
   * @param replica  after the event
   * @param aside    lands in the same batch
   * @returns        its number: it is on the device when `kept` has reached it
   */
  note(event: ReplicaEvent, replica: Replica, aside: Batch = {}): number {
    this.#replica = replica
    this.#gathered += JSON.stringify(event).length
    this.#events?.push(event)
    // A letter may be open all day: what others write is forgotten once a checkpoint is the shorter way to say it.
    if (this.#gathered + this.#journal > Math.max(SHORTEST_JOURNAL, this.#base)) this.#events = null
    if (event.kind === 'heard' || event.kind === 'acked') {
      if (this.#holdsEdits && stateOf(replica) === 'synchronised') this.#later(IDLE_MS)
      return this.#noted
    }
    return this.#urgent(aside)
  }

  /** There is no letter any more, or nothing of it is to be kept. `aside` lands in the batch that takes the outbox away. */
  forget(aside: Batch = {}): number {
    this.#replica = null
    this.#events = null
    return this.#urgent(aside)
  }

  /** Lands with whatever is written next. */
  aside(batch: Batch): number {
    return this.#urgent(batch)
  }

  /** Resolves when everything noted so far is on the device, or cannot be. */
  async settled(): Promise<void> {
    await this.#flush()
  }

  /** Ends it, and leaves on the device what the server does not have. */
  async close(): Promise<void> {
    if (this.#replica !== null && stateOf(this.#replica) === 'synchronised') this.forget()
    await this.#flush()
    this.#isClosed = true
    this.#cancelTimer?.()
  }

  #urgent({ remove = [], put = [] }: Batch): number {
    this.#aside = { remove: [...this.#aside.remove, ...remove], put: [...this.#aside.put, ...put] }
    this.#noted += 1
    if (this.#fault === null) void this.#flush()
    return this.#noted
  }

  #later(ms: number): void {
    if (this.#isClosed || this.#cancelTimer !== null) return
    this.#cancelTimer = this.#deps.after(ms, () => {
      this.#cancelTimer = null
      void this.#flush()
    })
  }

  #flush(): Promise<void> {
    this.#writing ??= this.#write()
    return this.#writing
  }

  async #write(): Promise<void> {
    // What happens in one turn of the loop (an edit, and that it is about to be sent) goes down together, and the person who
    // wrote it does not wait for that.
    await this.#deps.painted?.()
    let batch = this.#isClosed ? null : this.#take()
    while (batch !== null) {
      const noted = this.#noted
      const aside = this.#aside
      this.#aside = { remove: [], put: [] }
      this.#isStale = true
      this.#fault = await this.#fate(batch)
      if (this.#fault !== null) {
        this.#aside = {
          remove: [...aside.remove, ...this.#aside.remove],
          put: [...aside.put, ...this.#aside.put],
        }
        this.#events = null
        this.#mayBeThere = true
        this.#writing = null
        this.#later(RETRY_MS)
        return this.onChange()
      }
      this.#kept = noted
      this.onChange()
      batch = this.#take()
    }
    // At once, and not when the promise is heard of: what is noted in between would wait for ever.
    this.#writing = null
  }

  /** Takes away what is there, which needs no room. Does nothing while a batch is on its way, after which `onChange` is called. */
  #clear(): void {
    this.#writing ??= this.#fate({ remove: [this.#prefix] }).then(() => {
      this.#isStale = false
      this.#writing = null
      this.#later(RETRY_MS)
      this.onChange()
    })
  }

  /** Writes a batch. A device that does not answer is as good as one that refuses. */
  #fate(batch: Batch): Promise<DeviceFault | null> {
    return new Promise((resolve) => {
      const cancel = this.#deps.after(PATIENCE_MS, () => resolve('unavailable'))
      this.#deps.store.write(batch).then(
        () => {
          cancel()
          resolve(null)
        },
        (error) => {
          cancel()
          resolve(error instanceof DeviceError ? error.fault : 'unavailable')
        },
      )
    })
  }

  /** The next batch; null when there is nothing to say. What is in it counts as written, unless it fails. */
  #take(): Batch | null {
    const { remove, put } = this.#aside
    const isIdle = remove.length + put.length === 0
    const replica = this.#replica
    const events = this.#events
    const isEmpty = replica === null || stateOf(replica) === 'synchronised'
    if (events !== null) {
      if (events.length === 0 && isIdle) return null
      this.#holdsEdits = !isEmpty
      this.#events = []
      this.#journal += this.#gathered
      this.#gathered = 0
      const row = [`${this.#prefix}journal/${String(this.#rows++).padStart(8, '0')}`, events] as const
      return { remove, put: [row, ...put] }
    }
    this.#gathered = 0
    this.#journal = 0
    this.#rows = 0
    this.#holdsEdits = !isEmpty
    if (isEmpty) {
      // The next edit begins with a checkpoint.
      this.#base = 0
      if (!this.#mayBeThere && isIdle) {
        this.#kept = this.#noted
        return null
      }
      this.#mayBeThere = false
      return { remove: [...remove, this.#prefix], put }
    }
    const { version, confirmed, sent, waiting } = replica
    const base: Base = { epoch: this.#epoch, version, confirmed, sent, waiting }
    this.#base = JSON.stringify(base).length
    this.#events = []
    this.#mayBeThere = true
    return { remove: [...remove, this.#prefix], put: [[`${this.#prefix}base`, base], ...put] }
  }
}
