import { type Line, linesOf } from './blocks.ts'
import type { Run } from './marked-letter.ts'

/** Lines on either side of a change, so that one sees where it is. */
const AROUND = 1

/** The parts of a marked letter in which something changed, in order; each is lines that follow one another. */
export function excerptsOf(runs: Iterable<Run>): Run[][] {
  const lines = [...linesOf(runs)]
  const excerpts: Run[][] = []
  let last = Number.NEGATIVE_INFINITY
  lines.forEach((line, index) => {
    if (!lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(isChanged)) return
    if (index > last + 1) excerpts.push([])
    excerpts.at(-1)!.push(...line.runs, { insert: '\n', attributes: line.attributes, mark: line.mark })
    last = index
  })
  return excerpts
}

function isChanged({ runs, mark }: Line): boolean {
  return mark !== undefined || runs.some((run) => run.mark !== undefined)
}
