/** Nodes that share one database, without sockets, and the few verbs that tests of turns need. */

import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { CollabError } from '../../../ot/errors.ts'
import type { Change, LoggedOp } from '../../../ot/logged-op.ts'
import { documentType, letter as letterType } from '../../../ot/types.ts'
import { type Clock, systemClock } from '../../../server/clock.ts'
import { Documents } from '../../../server/doc/documents.ts'
import { applyLogged, NOTHING } from '../../../server/doc/step.ts'
import type { Outcome, Snapshot, TypeOf } from '../../../server/doc/types.ts'
import type { Bus } from '../../../server/pubsub/bus.ts'
import { MemoryBus } from '../../../server/pubsub/memory-bus.ts'
import type { Db } from '../../../server/store/db.ts'
import { GroupCommit } from '../../../server/store/group-commit.ts'
import { migrate } from '../../../server/store/migrate.ts'
import { OpLog } from '../../../server/store/op-log.ts'
import { openPglite } from '../../../server/store/pglite.ts'
import { endsWithTheRun } from '../../harness/leftovers.ts'
import { scratchFolder } from '../../harness/scratch.ts'
import { WatchedDb } from '../../harness/watched-db.ts'

export const CREATE: Change = { create: { type: letterType.uri, data: { ops: [{ insert: '\n' }] } } }

export interface NodeOptions {
  readonly clock?: Clock
  /** Shared by nodes that hear of one another; a bus of its own when left out. */
  readonly bus?: Bus
  readonly typeOf?: TypeOf
}

/** One node: its documents, and the database as only this node sees it. */
export class TestNode {
  readonly db: WatchedDb
  readonly log: OpLog
  readonly documents: Documents
  readonly committer: GroupCommit
  /** Failures that no caller waited for. */
  readonly errors: unknown[] = []
  /** Letters whose log was found to be shorter than it had been. */
  readonly rewound = new Set<string>()

  constructor(
    db: Db,
    { clock = systemClock, bus = new MemoryBus(), typeOf = documentType }: NodeOptions = {},
  ) {
    this.db = new WatchedDb(db)
    this.log = new OpLog(this.db)
    this.committer = new GroupCommit(this.log)
    this.documents = new Documents({
      log: this.log,
      committer: this.committer,
      clock,
      typeOf,
      bus,
      onError: (error) => void this.errors.push(error),
      onRewound: ({ id }) => void this.rewound.add(id),
    })
  }

  /** A new letter that holds one newline, at version 1. */
  async letter(): Promise<TestLetter> {
    const letter = new TestLetter(this, randomUUID())
    await letter.submit(CREATE, { source: 'creator' })
    return letter
  }

  async close(): Promise<void> {
    await this.committer.close()
    await this.documents.close()
  }
}

export interface Sent {
  /** The version it was made against; null for the head, which is what is taken when left out. */
  readonly base?: number | null
  readonly source?: string
  readonly seq?: number
}

/** A letter as one node has it. */
export class TestLetter {
  readonly id: string
  readonly #node: TestNode
  #seq = 0

  constructor(node: TestNode, id: string) {
    this.#node = node
    this.id = id
  }

  /** The same letter, as another node has it. */
  on(node: TestNode): TestLetter {
    return new TestLetter(node, this.id)
  }

  get key() {
    return { collection: 'letters', id: this.id }
  }

  /** Inserts text; at the start unless told otherwise. */
  type(text: string, sent: Sent & { readonly at?: number } = {}): Promise<Outcome> {
    const { at = 0 } = sent
    return this.edit(at === 0 ? [{ insert: text }] : [{ retain: at }, { insert: text }], sent)
  }

  edit(op: unknown, sent: Sent = {}): Promise<Outcome> {
    return this.submit({ op }, sent)
  }

  submit(change: Change, sent: Sent = {}): Promise<Outcome> {
    const { base = null, source = 'tab', seq = ++this.#seq } = sent
    return this.#node.documents.submit(this.key, { change, base, source, seq, author: null, origin: null })
  }

  /** What the node shows of it. */
  async shown(): Promise<Snapshot> {
    return this.#node.documents.read(this.key)
  }

  async text(): Promise<string> {
    return textOf(await this.shown())
  }

  async version(): Promise<number> {
    return (await this.shown()).version
  }

  /** The letter as the log has it, whatever anyone remembers. */
  async logged(): Promise<{ readonly ops: readonly LoggedOp[]; readonly end: Snapshot }> {
    const stored = await this.#node.log.find('letters', this.id)
    const ops = await this.#node.log.read(stored!.document, 0, stored!.version)
    return { ops, end: ops.reduce((at, op) => applyLogged(at, op, documentType), NOTHING) }
  }

  /** Source and seq of every op in the log after the first, oldest first. */
  async order(): Promise<string[]> {
    const { ops } = await this.logged()
    return ops.slice(1).map(({ source, seq }) => `${source} ${seq}`)
  }
}

export function textOf({ data }: Snapshot): string {
  const { ops } = data as { ops: { insert: unknown }[] }
  return ops.map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc')).join('')
}

/**
 * What becomes of an op: `committed`, `duplicate`, `no-op`, or the code it is refused with. Never rejects with
 * such a code, so that a test may look later.
 */
export function endOf(outcome: Promise<Outcome | Snapshot>): Promise<string> {
  return outcome.then(
    (answer) => ('kind' in answer ? answer.kind : 'shown'),
    (error) => {
      if (error instanceof CollabError) return error.code
      throw error
    },
  )
}

/** The version an op is answered with. */
export async function versionOf(outcome: Promise<Outcome>): Promise<number> {
  return (await outcome).version
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

export interface World {
  readonly db: Db
  readonly node: TestNode
  readonly letter: TestLetter
  /** One more node on the same database, which is closed after the test. */
  another(options?: NodeOptions): TestNode
}

/** Gives each test of a suite a node with a letter on it; a failure that nobody waited for fails the test. */
export function worldForEachTest(): World {
  let db: Db
  let nodes: TestNode[]
  let letter: TestLetter
  const another = (options?: NodeOptions) => {
    const node = new TestNode(db, options)
    nodes.push(node)
    return node
  }
  before(async function () {
    this.timeout(60_000)
    db = await sharedDb()
  })
  beforeEach(async () => {
    nodes = []
    letter = await another().letter()
  })
  afterEach(async () => {
    expect(nodes.flatMap(({ errors }) => errors)).to.deep.equal([])
    await Promise.all(nodes.map((node) => node.close()))
  })
  return {
    another,
    get db() {
      return db
    },
    get node() {
      return nodes[0]!
    },
    get letter() {
      return letter
    },
  }
}

let opened: Promise<Db> | undefined

/** The embedded database takes seconds to start, and every test has letters of its own. */
function sharedDb(): Promise<Db> {
  opened ??= openDb()
  return opened
}

async function openDb(): Promise<Db> {
  const folder = scratchFolder('turns')
  const db = await openPglite(folder)
  await migrate(db, fileURLToPath(new URL('../../../migrations', import.meta.url)))
  endsWithTheRun('the database of the turns', async () => {
    await db.close()
    rmSync(folder, { recursive: true })
  })
  return db
}

/** Long enough for everything that needs no timer to have happened. */
export function soon(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
