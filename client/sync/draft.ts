import { compose } from '../../ot/algebra.ts'
import type { Component } from '../../ot/component.ts'
import { Delta } from '../../ot/delta.ts'

type Op = Delta['ops'][number]

/** Words that were on the screen and that the server does not have: kept so that a person can copy them. */
export interface Draft {
  /** Stable for as long as the letter is open. */
  readonly id: number
  /** What was written since the last saved version; empty when it was deletions and formatting only. */
  readonly written: string
  /** The whole letter as it stood on the screen. */
  readonly whole: string
  /** How many edits did not reach the server; 0 when all had, and the server lost them when it was taken back in time. */
  readonly edits: number
  /** The last version the server had confirmed. */
  readonly version: number
}

/** The text of a letter's components, an image standing as a word. */
export function textOf(components: readonly Component[]): string {
  return components.map(insertedText).join('')
}

/**
 * What a series of unsent ops wrote, as text: insertions that follow each other stay together, others stand on
 * lines of their own.
 *
 * @param ops  each made against the document after the one before it
 */
export function writtenText(ops: readonly (readonly Component[])[]): string {
  let all: readonly Component[] = []
  for (const op of ops) all = compose(all, op)
  const runs: string[] = []
  let run = ''
  for (const component of all) {
    if (component.insert !== undefined) run += insertedText(component)
    else if (component.retain !== undefined) {
      runs.push(run)
      run = ''
    }
  }
  runs.push(run)
  return runs
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n')
}

/** The words of one letter that another does not have, in the form of `writtenText`. */
export function missingText(of: readonly Component[], inLetter: readonly Component[]): string {
  // Delta copies what it is given.
  const [there, here] = [new Delta(inLetter as Op[]), new Delta(of as Op[])]
  return writtenText([there.diff(here).ops as Component[]])
}

function insertedText(component: Component): string {
  if (component.insert === undefined) return ''
  return typeof component.insert === 'string' ? component.insert : '[image]'
}
