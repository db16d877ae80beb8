import type { DocumentLog } from '../../server/doc/types.ts'
import { DbError } from '../../server/store/db.ts'
import type { CommitLog } from '../../server/store/group-commit.ts'
import type { OpLog } from '../../server/store/op-log.ts'
import type { Random } from '../../test/harness/random.ts'
import type { ModelDatabase } from './model-database.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** What a node asks of the op log. */
export type NodeLog = DocumentLog & CommitLog & Pick<OpLog, 'movedHeads'>

/** Carries a question to the database and its answer back. */
export type Carry = <T>(what: keyof NodeLog, work: () => T) => Promise<T>

/** The model database, asked as a node asks the real one. */
export function logOver(database: ModelDatabase, carry: Carry): NodeLog {
  return {
    find: (...args) => carry('find', () => database.find(...args)),
    name: (...args) => carry('name', () => database.name(...args)),
    number: (...args) => carry('number', () => database.number(...args)),
    append: (...args) => carry('append', () => database.append(...args)),
    read: (...args) => carry('read', () => database.read(...args)),
    readMany: (...args) => carry('readMany', () => database.readMany(...args)),
    readPiece: (...args) => carry('readPiece', () => database.readPiece(...args)),
    lastSeq: (...args) => carry('lastSeq', () => database.lastSeq(...args)),
    versionOf: (...args) => carry('versionOf', () => database.versionOf(...args)),
    movedHeads: (...args) => carry('movedHeads', () => database.movedHeads(...args)),
    saveSnapshot: (...args) => carry('saveSnapshot', () => database.saveSnapshot(...args)),
  }
}

/** What becomes of a statement, as in test/harness/watched-db.ts. */
export type Mishap = 'refused' | 'unreachable' | 'cut before' | 'cut after'

/** Where in the life of an op a node is killed. */
export type Stage = 'before commit' | 'after commit' | 'after publish'

/** Longest a statement may take: Postgres ends it then, and the link is given up. */
const TIMEOUT_MS = 5_000

/** A node's way to the database. */
export class LogLink {
  /** Until when there is none, milliseconds of the run's clock. */
  awayUntil = 0
  /** What becomes of the next appends, and of the next statements of another kind. */
  readonly appendMishaps: Mishap[] = []
  readonly otherMishaps: Mishap[] = []
  /** Kills the node when the next append gets there. */
  killAt: Stage | null = null
  onKill: () => void = () => undefined
  /** When something last went wrong here. */
  hurtAt = 0
  /** Statements that came while the database stands still; null while it does not. */
  #waiting: (() => void)[] | null = null
  readonly #time: VirtualTime
  readonly #random: Random
  readonly #owner: Owner
  readonly #slowestMs: number

  /** @param slowestMs  longest a statement, or its answer, is on its way while nothing is wrong */
  constructor(time: VirtualTime, random: Random, owner: Owner, slowestMs: number) {
    this.#time = time
    this.#random = random
    this.#owner = owner
    this.#slowestMs = slowestMs
  }

  /** True while every statement is answered, soon. */
  get isSound(): boolean {
    return this.#waiting === null && this.awayUntil <= this.#time.now()
  }

  /** From now on statements wait. */
  standStill(): void {
    this.#waiting ??= []
  }

  goOn(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const statement of waiting) statement()
    this.hurtAt = this.#time.now()
  }

  readonly carry: Carry = (what, work) =>
    new Promise((resolve, reject) => {
      const time = this.#time
      const mishaps = what === 'append' ? this.appendMishaps : this.otherMishaps
      const mishap = time.now() < this.awayUntil ? 'unreachable' : mishaps.shift()
      if (mishap !== undefined) this.hurtAt = time.now()
      const there = 0.1 + this.#random.next() ** 3 * this.#slowestMs
      const back = 0.1 + this.#random.next() ** 3 * this.#slowestMs
      const answer = (ms: number, task: () => void) => time.after(ms, this.#owner, task)
      const fail = (kind: DbError['kind'], state: string | null) =>
        reject(new DbError(kind, state, new Error(`${what}: ${mishap ?? 'too late'}`)))

      if (mishap === 'unreachable') return void answer(there, () => fail('unreachable', null))
      if (mishap === 'refused') return void answer(there + back, () => fail('refused', '53100'))
      if (mishap === 'cut before') return void answer(there + back, () => fail('unknown', null))
      const isAppend = what === 'append'
      if (isAppend && this.killAt === 'before commit') return this.#kill()
      // A statement that was given up, or whose node is gone, reaches the database all the same.
      const arrive = () => {
        let result: ReturnType<typeof work>
        try {
          result = work()
        } catch (error) {
          return void answer(back, () => reject(error))
        }
        if (isAppend && this.killAt === 'after commit') return this.#kill()
        answer(back, () => (mishap === 'cut after' ? fail('unknown', null) : resolve(result)))
      }
      time.after(there, null, () => {
        if (this.#waiting === null) return arrive()
        this.#waiting.push(arrive)
        answer(TIMEOUT_MS, () => fail('unknown', null))
      })
    })

  #kill(): void {
    this.killAt = null
    this.onKill()
  }

  /** A message was published: the sockets have not been written to yet. */
  published(): void {
    if (this.killAt === 'after publish') this.#kill()
  }
}
