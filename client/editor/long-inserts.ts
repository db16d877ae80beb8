import { type Component, componentLength } from '../../ot/component.ts'

/** From this many lines on, what is written at one place is put in as a whole. */
const LONG = 16

export interface Step {
  /** Where its first op acts, in the letter after the steps before it. */
  readonly at: number
  readonly ops: readonly Component[]
  readonly isLong: boolean
}

/**
 * The same change as a series in which every long run of inserts is a step of its own; null when there is none.
 *
 * Law: the steps one after the other, each behind a retain of `at`, do what `ops` does.
 */
export function stepsOf(ops: readonly Component[]): readonly Step[] | null {
  const steps: Step[] = []
  let at = 0
  let start = 0
  let ordinary: Component[] = []
  const end = (): void => {
    if (ordinary.some((op) => op.retain === undefined || op.attributes !== undefined))
      steps.push({ at: start, ops: ordinary, isLong: false })
    ordinary = []
  }
  for (let next = 0; next < ops.length; ) {
    let until = next
    while (ops[until]?.insert !== undefined) until += 1
    const run = ops.slice(next, Math.max(until, next + 1))
    next += run.length
    const isLong = linesIn(run) >= LONG
    if (isLong) {
      end()
      steps.push({ at, ops: run, isLong })
    } else {
      ordinary.push(...run)
    }
    for (const op of run) if (op.delete === undefined) at += componentLength(op)
    if (isLong) start = at
  }
  end()
  return steps.some(({ isLong }) => isLong) ? steps : null
}

function linesIn(run: readonly Component[]): number {
  let lines = 0
  for (const { insert } of run) {
    if (typeof insert !== 'string') continue
    for (let at = insert.indexOf('\n'); at >= 0 && lines < LONG; at = insert.indexOf('\n', at + 1)) lines += 1
  }
  return lines
}
