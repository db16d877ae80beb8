/** Replicas around one log, in any order of what can happen between them. */
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Checkpoint,
  editsIn,
  fresh,
  type Op,
  queueOf,
  type Replica,
  type ReplicaEvent,
  replay,
  resumed,
  stateOf,
  step,
} from '../../client/sync/replica.ts'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { letter } from '../../ot/letter.ts'
import { applyEdit } from '../../server/doc/step.ts'
import * as arbitrary from './arbitrary.ts'
import { property, Tally } from './property.ts'

interface Logged {
  readonly op: Op
  readonly source: string
  readonly seq: number
  readonly fixups: readonly Op[]
}

/** A server with no network: the log, and the letter at each version. */
class Server {
  readonly log: Logged[] = []
  readonly letters: LetterDocument[]

  constructor(first: LetterDocument) {
    this.letters = [first]
  }

  /** As a turn does it. @returns false when it is refused */
  take(op: Op, base: number, name: { source: string; seq: number }, refuses: boolean): boolean {
    if (this.log.some(({ source, seq }) => source === name.source && seq === name.seq)) return true
    if (refuses) return false
    let moved: unknown = { ops: op }
    const unseen = this.log.slice(base)
    for (const other of unseen) moved = letter.transform(moved, { ops: other.op }, 'left')
    const edit = applyEdit(letter, this.letters.at(-1), moved, unseen.length > 0)
    const fixups = edit.fixup === null ? [] : [(edit.fixup as LetterOp).ops]
    this.log.push({ ...name, op: (edit.op as LetterOp).ops, fixups })
    this.letters.push(edit.data as LetterDocument)
    return true
  }
}

/** A tab: its replica, and what would be on its device. */
class Tab {
  replica: Replica
  base: Checkpoint
  events: ReplicaEvent[] = []
  source: string
  seq = 0

  constructor(first: LetterDocument, source: string) {
    this.replica = fresh(0, first.ops)
    this.base = this.replica
    this.source = source
  }

  happens(event: ReplicaEvent): void {
    this.events.push(event)
    this.replica = step(this.replica, event).replica
  }

  /** @param most  ops at once */
  hear(server: Server, most = 1): boolean {
    const { sent, version } = this.replica
    const isOurs = ({ source, seq }: Logged) => sent?.source === source && sent.seq === seq
    const news = server.log.slice(version, version + most)
    const [next] = news
    if (next === undefined) return false
    const own = news.findIndex(isOurs)
    const others = own < 0 ? news : news.slice(0, own)
    if (own === 0) this.happens({ kind: 'acked', fixups: next.fixups })
    else this.happens({ kind: 'heard', ops: others.map(({ op }) => op) })
    return true
  }

  send(server: Server, refuses: boolean): 'nothing' | 'taken' | 'refused' {
    if (this.replica.sent === null) {
      if (this.replica.waiting.length === 0) return 'nothing'
      this.happens({ kind: 'sends', source: this.source, seq: ++this.seq })
    }
    const { sent, version } = this.replica
    if (server.take(sent!.op, version, sent!, refuses)) return 'taken'
    this.happens({ kind: 'refused' })
    return 'refused'
  }

  /** Killed, and opened again by a page that gets a source of its own. */
  reopen(source: string): void {
    this.replica = replay(resumed(structuredClone(this.base)), structuredClone(this.events))
    this.source = source
    this.seq = 0
  }

  checkpoint(): void {
    const { version, confirmed, sent, waiting } = this.replica
    this.base = { version, confirmed, sent, waiting }
    this.events = []
  }
}

const action = fc.record({
  tab: fc.nat(2),
  does: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('types' as const),
        recipe: arbitrary.recipes,
        joins: fc.boolean(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('sends' as const), refuses: fc.nat(9).map((n) => n === 0) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('hears' as const), most: fc.integer({ min: 1, max: 5 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopens' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'checkpoints' as const }) },
  ),
})

const history = fc.record({ first: arbitrary.letters, actions: fc.array(action, { maxLength: 40 }) })

describe('replicas of one letter', () => {
  const tally = new Tally()

  property(
    '[C1] converge, with every op once or taken out, whatever is lost and whoever is killed',
    history,
    ({ first, actions }) => {
      const server = new Server(first)
      const tabs = [0, 1, 2].map((i) => new Tab(first, `tab ${i}`))
      for (const [i, { tab: index, does }] of actions.entries()) {
        const tab = tabs[index]
        switch (does.kind) {
          case 'types': {
            const shown = { ops: tab.replica.shown }
            const { ops: op } = arbitrary.realise(shown, does.recipe)
            const joins = does.joins && tally.count('joined', tab.replica.waiting.length > 0)
            tab.happens({ kind: 'typed', op, joins, continues: false })
            break
          }
          case 'sends':
            tally.count('refused', tab.send(server, does.refuses) === 'refused')
            break
          case 'hears':
            tally.count('heard past a queue', queueOf(tab.replica).length > 1)
            tally.count('heard several', tab.hear(server, does.most) && does.most > 1)
            break
          case 'reopens':
            tally.count('reopened while an op is on its way', tab.replica.sent !== null)
            tab.reopen(`reopened ${i}`)
            break
          case 'checkpoints':
            tab.checkpoint()
        }
        check(tab, server)
      }
      for (let busy = true; busy; ) {
        busy = tabs.map((tab) => tab.hear(server) || tab.send(server, false) === 'taken').some(Boolean)
      }
      for (const tab of tabs) {
        expect(stateOf(tab.replica)).to.equal('synchronised')
        expect(tab.replica.shown).to.deep.equal(server.letters.at(-1)?.ops)
      }
    },
  )

  /** What holds at every moment. */
  function check({ replica, base, events }: Tab, server: Server): void {
    expect(replica.confirmed, 'confirmed').to.deep.equal(server.letters[replica.version].ops)
    expect(replica.shown, 'shown').to.deep.equal(resumed(replica).shown)
    expect(replay(resumed(base), events), 'what the device has').to.deep.equal(replica)
    expect(editsIn(replica) > 0).to.equal(stateOf(replica) !== 'synchronised')
  }

  tally.assertNotVacuous('the cases were not vacuous')
})
