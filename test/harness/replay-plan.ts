/**
 * How to type a two-author trace again, through a server, so that everybody sees what they saw then.
 *
 * A trace says of each edit how many of the other author's edits its author had seen; its position counts in the text
 * that makes. So a replay is exact when each client, at the moment it makes an edit, has received exactly that many.
 * A plan is a list of steps that does it with stock ShareDB clients, which have one op on its way at a time: the next one
 * leaves when the server's answer has been handed over, and that is preceded by every op the server put before it.
 *
 *   type     the agent makes an edit, in its own text, as its own op (`preventCompose`)
 *   letGo    the agent's oldest unsent op reaches the server, and becomes the next version
 *   receive  what the server said is handed to the agent, until its document is at that version
 *
 * Where two edits insert at one place, the one the server has first stands first; the server's order is therefore
 * part of the plan, and not every order gives the recorded text. The authors of the collection left out traces with such
 * ties, but deleting the text between two insertions makes one: in `friendsforever`, at transactions 22,360 to
 * 22,377, agent 0 replaces a full stop by ", huh?" while agent 1 goes on writing behind that full stop. The recorded text has
 * agent 0's words first, and agent 0's later positions count on it. Hence the two rules of the plan:
 *
 *   1. An op is let go when the other agent is about to have seen it, and no earlier. Nothing then waits for an answer, and
 *      each edit that the trace orders is on the server in time.
 *   2. Before an op of agent 1 is let go, so is all that agent 0 has typed, unless agent 1's next op would be due
 *      while agent 1 may not yet be told of it. So agent 0 is first wherever stock clients allow it.
 */

import { opOf, type Patch, type Trace } from './traces.ts'

/** An edit, with what its author had seen of the other author's edits: the first `seen` of them. */
export interface Edit {
  readonly agent: Agent
  readonly patches: readonly Patch[]
  readonly seen: number
}

export type Agent = 0 | 1

export type Step =
  | { readonly do: 'type'; readonly agent: Agent; readonly edit: Edit }
  | { readonly do: 'letGo'; readonly agent: Agent; readonly edit: Edit }
  /** `version` counts from the version the replay started at. */
  | { readonly do: 'receive'; readonly agent: Agent; readonly version: number }

/**
 * The edits of a trace of two authors, in an order in which they can have been made.
 *
 * @throws when an author had not seen all of its own edits, or forgot some of the other's
 */
export function editsOf(trace: Trace): Edit[] {
  if (trace.agents !== 2) throw new Error(`A trace of two authors is needed, not of ${trace.agents}.`)
  const made: [number, number] = [0, 0]
  const newest: [number, number] = [0, 0]
  /** By transaction: how many edits of each agent there are up to and including it. */
  const after: (readonly [number, number])[] = []
  return trace.txns.map((txn, index) => {
    // The parents name the newest transactions seen, and whoever saw one saw all those before it.
    const known: [number, number] = [0, 0]
    for (const parent of txn.parents) {
      for (const agent of [0, 1] as const) known[agent] = Math.max(known[agent], after[parent]![agent])
    }
    const agent = txn.agent === 0 ? 0 : 1
    const seen = known[other(agent)]
    if (known[agent] !== made[agent])
      throw new Error(`Transaction ${index} was made beside its author's own.`)
    if (seen < newest[agent]) throw new Error(`Transaction ${index} has lost sight of an earlier one.`)
    newest[agent] = seen
    made[agent] = known[agent] += 1
    after.push(known)
    return { agent, patches: txn.patches, seen }
  })
}

/**
 * The same edits in fewer, larger ones: those an agent made in a row, having received nothing in between, and of
 * which the other agent came to see all or none at every moment. Those that come to nothing (a letter typed and taken back)
 * are left out, because a server does not store them.
 */
export function inBursts(edits: readonly Edit[]): Edit[] {
  /** By agent: how many of its edits the other had seen at one moment or another. */
  const seenCounts = [0, 1].map((agent) => new Set(edits.filter((e) => e.agent !== agent).map((e) => e.seen)))
  const bursts: { agent: Agent; patches: Patch[]; seen: number }[] = []
  /** By agent: the burst that each of its edits is in. */
  const burstOf: [number[], number[]] = [[], []]
  for (const { agent, seen, patches } of edits) {
    const of = burstOf[agent]
    const last = of.at(-1)
    const isSplitHere = seenCounts[agent]!.has(of.length)
    if (last !== undefined && bursts[last]!.seen === seen && !isSplitHere) {
      bursts[last]!.patches.push(...patches)
      of.push(last)
    } else {
      of.push(bursts.push({ agent, patches: [...patches], seen }) - 1)
    }
  }
  const hasEffect = bursts.map((burst) => opOf(burst.patches).length > 0)
  /** By agent: the number of bursts with an effect among its first edits. */
  const burstsAmong = burstOf.map((of) => {
    const among = [0]
    for (const [index, burst] of of.entries()) {
      const isNew = burst !== of[index - 1] && hasEffect[burst]
      among.push(among[index]! + (isNew ? 1 : 0))
    }
    return among
  })
  return bursts
    .map((burst) => ({ ...burst, seen: burstsAmong[other(burst.agent)]![burst.seen]! }))
    .filter((_, index) => hasEffect[index])
}

/** The steps that replay these edits exactly. */
export function planReplay(edits: readonly Edit[]): Step[] {
  return new Planner(edits).plan()
}

class Planner {
  readonly #edits: readonly Edit[]
  /** By agent: its edits, and for each of them the moment at which the other agent must have seen it. */
  readonly #of: [Edit[], Edit[]] = [[], []]
  readonly #due: [number[], number[]] = [[], []]

  readonly #steps: Step[] = []
  /** Whose ops the server has, in its order. */
  readonly #order: Agent[] = []
  /** By agent: how many edits it made; how many of them left, and where on the server the last one is. */
  readonly #typed: [number, number] = [0, 0]
  readonly #sent: [number, number] = [0, 0]
  readonly #lastSent: [number, number] = [-1, -1]
  /** By agent: how many ops of the other it may know of, how many it has received, and its version. */
  readonly #mayKnow: [number, number] = [0, 0]
  readonly #received: [number, number] = [0, 0]
  readonly #version: [number, number] = [0, 0]

  constructor(edits: readonly Edit[]) {
    this.#edits = edits
    for (const [moment, edit] of edits.entries()) {
      this.#of[edit.agent].push(edit)
      const due = this.#due[other(edit.agent)]
      while (due.length < edit.seen) due.push(moment)
    }
  }

  plan(): Step[] {
    for (const edit of this.#edits) {
      const { agent, seen } = edit
      while (this.#sent[other(agent)] < seen) this.#letGoNext(other(agent))
      this.#receive(agent, seen)
      this.#steps.push({ do: 'type', agent, edit })
      this.#typed[agent] += 1
    }
    for (const agent of [0, 1] as const) {
      this.#receive(agent, this.#sent[other(agent)])
      this.#letGoAll(agent)
    }
    this.#receive(0, this.#sent[1])
    return this.#steps
  }

  #letGoNext(agent: Agent): void {
    // Rule 2. The op after this one can leave once agent 1 knows of what is put before this one.
    if (agent === 1) {
      const known = this.#due[0][this.#typed[0] - 1] ?? Number.POSITIVE_INFINITY
      const nextDue = this.#due[1][this.#sent[1] + 1] ?? Number.POSITIVE_INFINITY
      if (known < nextDue || nextDue === Number.POSITIVE_INFINITY) {
        this.#receive(0, this.#sent[1])
        this.#letGoAll(0)
      }
    }
    this.#letGo(agent)
  }

  #letGoAll(agent: Agent): void {
    while (this.#sent[agent] < this.#typed[agent]) this.#letGo(agent)
  }

  #letGo(agent: Agent): void {
    if (this.#version[agent] <= this.#lastSent[agent]) {
      throw new Error(
        `Op ${this.#sent[agent]} of agent ${agent} is due before the answer to its predecessor.`,
      )
    }
    const edit = this.#of[agent][this.#sent[agent]]!
    this.#lastSent[agent] = this.#order.push(agent) - 1
    this.#sent[agent] += 1
    this.#steps.push({ do: 'letGo', agent, edit })
    this.#receive(agent, this.#mayKnow[agent])
  }

  /** Hands over what the server has, up to the first op of the other agent that this one may not know of yet. */
  #receive(agent: Agent, mayKnow: number): void {
    this.#mayKnow[agent] = mayKnow
    const before = this.#version[agent]
    for (const author of this.#order.slice(before)) {
      if (author !== agent) {
        if (this.#received[agent] === mayKnow) break
        this.#received[agent] += 1
      }
      this.#version[agent] += 1
    }
    const version = this.#version[agent]
    if (version > before) this.#steps.push({ do: 'receive', agent, version })
  }
}

function other(agent: Agent): Agent {
  return agent === 0 ? 1 : 0
}
