/** The recorded editing of real people, as edits to send to a server, and what must come of them. */

import { transform } from '../../../ot/algebra.ts'
import type { Component } from '../../../ot/component.ts'
import { type Agent, editsOf, inBursts, planReplay, type Step } from '../../../test/harness/replay-plan.ts'
import { loadTrace, opOf, type Patch, patched, type TraceName } from '../../../test/harness/traces.ts'
import type { Protocol } from '../load/orders.ts'
import type { WireEdit } from '../load/retyper.ts'
import { updatesOf } from '../systems/yjs-control.ts'

export interface Recorded {
  readonly edits: readonly WireEdit[]
  /** What the letter holds after the first `count` edits, without the final newline; null when only its length is known. */
  text(count: number): string | null
  length(count: number): number
}

export async function recorded(name: TraceName, protocol: Protocol): Promise<Recorded> {
  const trace = loadTrace(name)
  const made =
    trace.agents === 2
      ? inBursts(editsOf(trace))
      : trace.txns
          .filter(({ patches }) => opOf(patches).length > 0)
          .map(({ patches }) => ({ agent: 0 as Agent, seen: 0, patches }))
  if (protocol === 'yjs') return asUpdates(made)
  return trace.agents === 2 ? byTwo(planReplay(made)) : byOne(made)
}

type Made = readonly { readonly agent: Agent; readonly seen: number; readonly patches: readonly Patch[] }[]

function byOne(made: Made): Recorded {
  const text = (count: number) => made.slice(0, count).reduce((now, { patches }) => patched(now, patches), '')
  return {
    edits: made.map(({ patches }, base) => ({ agent: 0, base, change: JSON.stringify(opOf(patches)) })),
    text,
    length: (count) => text(count).length,
  }
}

async function asUpdates(made: Made): Promise<Recorded> {
  const { updates, lengths } = await updatesOf({ edits: made })
  return {
    edits: made.map(({ agent }, index) => ({ agent, base: 0, change: updates[index]! })),
    // Where two people insert at one place, Yjs has an order of its own.
    text: () => null,
    length: (count) => (count === 0 ? 0 : lengths[count - 1]!),
  }
}

/**
 * What two ShareDB clients send when they do these steps, worked out beforehand, so that no client has to hold the letter while
 * the server is measured: each keeps what it has typed and not heard of again, and carries it over what it receives.
 */
function byTwo(steps: readonly Step[]): Recorded {
  const authors: Agent[] = []
  const applied: Component[][] = []
  const edits: WireEdit[] = []
  const people = ([0, 1] as const).map(() => ({ version: 0, unheard: [] as Component[][] }))

  for (const step of steps) {
    const person = people[step.agent]!
    if (step.do === 'type') {
      person.unheard.push([...opOf(step.edit.patches)] as Component[])
    } else if (step.do === 'letGo') {
      const op = person.unheard[0]!
      edits.push({ agent: step.agent, base: person.version, change: JSON.stringify(op) })
      // The op that comes second is carried over those it has not seen.
      applied.push(applied.slice(person.version).reduce((now, over) => transform(now, over, true), op))
      authors.push(step.agent)
    } else {
      while (person.version < step.version) {
        if (authors[person.version] === step.agent) person.unheard.shift()
        else receive(person.unheard, applied[person.version]!)
        person.version += 1
      }
    }
  }
  const text = (count: number) => applied.slice(0, count).reduce(applyText, '')
  return { edits, text, length: (count) => text(count).length }
}

function receive(unheard: Component[][], op: Component[]): void {
  let over = op
  for (const [index, own] of unheard.entries()) {
    unheard[index] = transform(own, over, true)
    over = transform(over, own, false)
  }
}

function applyText(text: string, op: readonly Component[]): string {
  let at = 0
  let now = ''
  for (const component of op) {
    if (typeof component.insert === 'string') now += component.insert
    else if (component.delete !== undefined) at += component.delete
    else if (typeof component.retain === 'number') {
      now += text.slice(at, at + component.retain)
      at += component.retain
    }
  }
  return now + text.slice(at)
}
