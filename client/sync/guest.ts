import type { Insert } from '../../ot/component.ts'
import type { Batch } from './device-store.ts'
import { differenceBeforeEnd } from './draft.ts'
import { fits, sizeOf, sum } from './portions.ts'
import { applied, fresh, type Op, queueOf, type Replica, type ReplicaEvent, step } from './replica.ts'
import type { HostStatus, TabMessage } from './tab-channel.ts'

/**
 * A letter as a guest has it: what the host has told, and what was written here since. It is a replica (replica.ts) of the host's
 * letter, and the host is its server.
 *
 * States
 *   served    the host takes what is written here, one op at a time
 *   stranded  there is no host: `host` is null. What was given to the last one is in doubt until somebody who knows says whether it
 *             was taken (`ends`); only then may the guest go on elsewhere (`movesTo`)
 *
 * Invariants
 *   - an op is given to a host under a seq that no other op of this guest has;
 *   - what is not known to be taken is still here, and is given to nobody else before it is known not to have been.
 */

type Welcome = TabMessage & { readonly kind: 'welcomes' }

const NOTHING: Batch = {}

export class Guest {
  readonly id: string
  readonly epoch: string | null
  #host: string | null = null
  #outbox = ''
  #status: HostStatus = { unsent: 0, version: 0, fault: null }
  #replica: Replica
  #seq = 0
  /** What lands with the op that was given, and with what waits. */
  #givenAside = NOTHING
  #aside = NOTHING

  /** Without a host yet. @param letter  as it is shown */
  constructor(id: string, epoch: string | null, letter: readonly Insert[]) {
    this.id = id
    this.epoch = epoch
    this.#replica = fresh(0, letter)
  }

  get replica(): Replica {
    return this.#replica
  }

  /** Null when it is stranded. */
  get host(): string | null {
    return this.#host
  }

  /** The outbox of the host, or of the last one. */
  get outbox(): string {
    return this.#outbox
  }

  get status(): HostStatus {
    return this.#status
  }

  /** An op may have been taken or not. */
  get isInDoubt(): boolean {
    return this.#replica.sent !== null
  }

  get isEmpty(): boolean {
    return queueOf(this.#replica).length === 0
  }

  /** Takes an op on what is shown, of a size the server takes. */
  write(op: Op, aside: Batch = NOTHING): void {
    const last = this.#replica.waiting.at(-1)
    const joins = last !== undefined && fits(sum(sizeOf(last.op), sizeOf(op)))
    this.#aside = together(this.#aside, aside)
    this.#happens({ kind: 'typed', op, joins, continues: joins })
  }

  /** What is to be given to the host now; null when nothing is. */
  gives(): (TabMessage & { kind: 'writes' }) | null {
    const { sent, waiting, version } = this.#replica
    if (this.#host === null || sent !== null || waiting.length === 0) return null
    this.#happens({ kind: 'sends', source: this.id, seq: ++this.#seq })
    const { op } = this.#replica.sent!
    const aside = waiting.length === 1 ? this.#aside : NOTHING
    if (waiting.length === 1) this.#aside = NOTHING
    this.#givenAside = aside
    return { kind: 'writes', host: this.#host, guest: this.id, seq: this.#seq, at: version, op, aside }
  }

  /**
   * What the host told. The guest is stranded when something is missing before it.
   *
   * @param shows  told of what that does to what is shown
   * @throws CollabError op/does-not-fit
   */
  hears({ at, ops, status }: TabMessage & { kind: 'tells' }, shows: (op: Op) => void): void {
    if (at !== this.#replica.version) return this.strands()
    this.#status = status
    for (const { op, by, fixups } of ops) {
      const { sent } = this.#replica
      const isOwn = sent !== null && by?.guest === this.id && by.seq === sent.seq
      const shown = this.#happens(isOwn ? { kind: 'acked', fixups } : { kind: 'heard', ops: [op] })
      if (isOwn) this.#givenAside = NOTHING
      if (shown !== null) shows(shown)
    }
  }

  /** The host is gone, or has lost sight of this guest. */
  strands(): void {
    this.#host = null
  }

  /** It is known what was taken: everything up to `seq`. */
  ends(seq: number): void {
    const { sent, waiting, confirmed } = this.#replica
    this.#host = null
    if (sent === null) return
    const { op, edits, continues } = sent
    if (sent.seq <= seq) {
      this.#replica = { ...this.#replica, sent: null, confirmed: applied(confirmed, op) }
    } else {
      this.#replica = { ...this.#replica, sent: null, waiting: [{ op, edits, continues }, ...waiting] }
      this.#aside = together(this.#givenAside, this.#aside)
    }
    this.#givenAside = NOTHING
  }

  /** The last one that was given was not taken. */
  endsUntaken(): void {
    this.ends(this.#seq - 1)
  }

  /**
   * Goes on with another letter that holds everything that was taken: what waits is moved past the difference. Only when nothing
   * is in doubt.
   *
   * @returns what that does to what is shown
   */
  movesTo(letter: readonly Insert[]): Op {
    const { confirmed } = this.#replica
    const between = differenceBeforeEnd(confirmed, letter)
    if (between.length === 0) return []
    return this.#happens({ kind: 'heard', ops: [between] }) ?? []
  }

  /** Is served by a host, by the same once more perhaps; after `movesTo` its letter. */
  follows({ host, outbox, at, status }: Welcome): void {
    this.#host = host
    this.#outbox = outbox
    this.#status = status
    this.#replica = { ...this.#replica, version: at }
  }

  /** What waits, for whoever takes it from here, and what is to land with the last of it. */
  leaves(): { readonly ops: readonly Op[]; readonly aside: Batch } {
    return { ops: this.#replica.waiting.map(({ op }) => op), aside: this.#aside }
  }

  #happens(event: ReplicaEvent): Op | null {
    const { replica, shows } = step(this.#replica, event)
    this.#replica = replica
    return shows
  }
}

function together(a: Batch, b: Batch): Batch {
  return { remove: [...(a.remove ?? []), ...(b.remove ?? [])], put: [...(a.put ?? []), ...(b.put ?? [])] }
}
