import { expect } from 'chai'
import { Delta } from '../../../ot/delta.ts'
import { type Agent, type Edit, editsOf, inBursts, planReplay, type Step } from '../../harness/replay-plan.ts'
import { loadTrace, opOf, patched, type TextOp } from '../../harness/traces.ts'

/** `op` after `over`; the one that is on the server stands first where both insert. */
function transform(op: TextOp, over: TextOp, overIsFirst: boolean): TextOp {
  return new Delta([...over]).transform(new Delta([...op]), overIsFirst).ops as TextOp
}

function apply(text: string, op: TextOp): string {
  let at = 0
  let after = ''
  for (const { retain = 0, insert = '', delete: deleted = 0 } of op) {
    after += text.slice(at, at + retain) + insert
    at += retain + deleted
  }
  return after + text.slice(at)
}

/** The server of a replay: it puts ops in the order they arrive. */
class Log {
  readonly ops: { readonly op: TextOp; readonly agent: Agent }[] = []
  text = ''
  /** How many ops were made at an older version than the one they met. */
  transformed = 0

  submit(agent: Agent, op: TextOp, version: number): void {
    const missed = this.ops.slice(version)
    if (missed.length > 0) this.transformed += 1
    const fitting = missed.reduce((now, { op: over }) => transform(now, over, true), op)
    this.ops.push({ op: fitting, agent })
    this.text = apply(this.text, fitting)
  }
}

/** What a stock client does: one op on its way at a time, as it was when it left; the rest pending. */
class Typist {
  text = ''
  readonly #agent: Agent
  readonly #log: Log
  #version = 0
  /** The first of them is on its way. */
  #unanswered: TextOp[] = []
  #frame: { readonly op: TextOp; readonly version: number } | null = null

  constructor(agent: Agent, log: Log) {
    this.#agent = agent
    this.#log = log
  }

  type(edit: Edit): void {
    const op = opOf(edit.patches)
    const expected = patched(this.text, edit.patches)
    this.text = apply(this.text, op)
    expect(this.text).to.equal(expected)
    this.#unanswered.push(op)
    this.#send()
  }

  letGo(): void {
    if (this.#frame === null) throw new Error('nothing to let go')
    this.#log.submit(this.#agent, this.#frame.op, this.#frame.version)
  }

  receive(version: number): void {
    while (this.#version < version) {
      const { op, agent } = this.#log.ops[this.#version]!
      this.#version += 1
      if (agent === this.#agent) {
        this.#unanswered.shift()
        this.#frame = null
        this.#send()
      } else {
        let remote = op
        this.#unanswered = this.#unanswered.map((own) => {
          const after = transform(own, remote, true)
          remote = transform(remote, own, false)
          return after
        })
        this.text = apply(this.text, remote)
      }
    }
  }

  #send(): void {
    const op = this.#unanswered[0]
    if (this.#frame === null && op !== undefined) this.#frame = { op, version: this.#version }
  }
}

function replayInMemory(steps: readonly Step[]): { log: Log; typists: readonly Typist[] } {
  const log = new Log()
  const typists = [new Typist(0, log), new Typist(1, log)]
  for (const step of steps) {
    const typist = typists[step.agent]!
    if (step.do === 'type') typist.type(step.edit)
    else if (step.do === 'letGo') typist.letGo()
    else typist.receive(step.version)
  }
  return { log, typists }
}

function edit(agent: Agent, seen: number, at: number, deleted: number, inserted: string): Edit {
  return { agent, seen, patches: [{ at, deleted, inserted }] }
}

describe('the plan of a replay', () => {
  const trace = loadTrace('friendsforever')
  const edits = editsOf(trace)

  it('friendsforever has two authors of 12,124 and 13,954 edits, 11,700 of them made beside an edit not yet seen', () => {
    const made = [0, 0]
    let beside = 0
    for (const { agent, seen } of edits) {
      if (seen < made[1 - agent]!) beside += 1
      made[agent]! += 1
    }
    expect([...made, beside]).to.deep.equal([12_124, 13_954, 11_700])
  })

  for (const [what, chosen, ops] of [
    ['edit by edit', edits, 26_078],
    ['in bursts', inBursts(edits), 3_711],
  ] as const) {
    it(`friendsforever typed again ${what}, everybody seeing what they saw then, is the recorded text`, () => {
      const { log, typists } = replayInMemory(planReplay(chosen))
      expect(log.text).to.equal(trace.endContent)
      expect(typists.map((typist) => typist.text)).to.deep.equal([log.text, log.text])
      expect(log.ops).to.have.length(ops)
      // Not vacuous: the server had to transform, and no op was transformed into nothing.
      expect(log.transformed).to.be.greaterThan(1_000)
      expect(log.ops.filter(({ op }) => op.length === 0)).to.have.length(0)
    })
  }

  it('puts agent 0 first where a deletion brought two insertions together', () => {
    const story = [
      edit(0, 0, 0, 0, 'the 90s.'),
      edit(1, 1, 8, 0, ' The'),
      // Beside it, agent 0 turns the full stop into a question, …
      edit(0, 0, 7, 1, ''),
      edit(0, 0, 7, 0, ', hu'),
      // … sees what agent 1 wrote behind it, and goes on in the middle.
      edit(0, 1, 11, 0, 'h?'),
    ]
    expect(replayInMemory(planReplay(story)).log.text).to.equal('the 90s, huh? The')
  })

  it('lets an op go when the other is about to have seen it, and no earlier', () => {
    const story = [edit(0, 0, 0, 0, 'a'), edit(0, 0, 1, 0, 'b'), edit(1, 1, 1, 0, 'x'), edit(1, 2, 2, 0, 'y')]
    expect(planReplay(story).map((step) => `${step.do} ${step.agent}`)).to.deep.equal([
      ...['type 0', 'type 0', 'letGo 0', 'receive 0', 'receive 1', 'type 1'],
      ...['letGo 0', 'receive 0', 'receive 1', 'type 1'],
      ...['letGo 1', 'receive 1', 'letGo 1', 'receive 1', 'receive 0'],
    ])
  })

  it('makes one burst of what was seen as one, and none of what came to nothing', () => {
    const story = [
      edit(0, 0, 0, 0, 'a'),
      edit(0, 0, 1, 0, 'b'),
      edit(1, 2, 2, 0, 'x'),
      edit(1, 2, 2, 1, ''),
      edit(0, 2, 2, 0, 'c'),
    ]
    expect(inBursts(story)).to.deep.equal([
      { agent: 0, seen: 0, patches: [...story[0]!.patches, ...story[1]!.patches] },
      { agent: 0, seen: 0, patches: story[4]!.patches },
    ])
  })

  it('refuses a history in which an author forgot what it had seen', () => {
    const txn = (agent: number, ...parents: number[]) => ({ agent, parents, patches: [] })
    const history = (...txns: ReturnType<typeof txn>[]) => ({
      startContent: '',
      endContent: '',
      agents: 2,
      txns,
    })
    expect(() => editsOf(history(txn(0), txn(1, 0), txn(1)))).to.throw(/beside its author's own/)
    expect(() => editsOf(history(txn(0), txn(0)))).to.throw(/beside its author's own/)
  })
})
