import type { Attributes } from '../../ot/attributes.ts'
import { insertLength } from '../../ot/component.ts'
import type { Mark, Run } from './marked-letter.ts'

/** A letter as a page shows it: blocks of lines. */

export interface Line {
  /** Without the newline. */
  readonly runs: readonly Run[]
  /** Of the newline, which says what the line is. */
  readonly attributes: Attributes
  readonly mark: Mark | undefined
}

/** A line; or the lines of one list, or of one block of code. */
export interface Block {
  readonly kind: 'line' | 'list' | 'code'
  readonly lines: readonly Line[]
  /** UTF-16 code units, newlines included; what was deleted has no length. */
  readonly length: number
  /** Blocks with the same key look the same. */
  readonly key: string
}

export function blocksOf(runs: Iterable<Run>): Block[] {
  const blocks: Block[] = []
  let open: OpenBlock | null = null
  for (const line of linesOf(runs)) {
    const kind = line.attributes.list ? 'list' : line.attributes['code-block'] ? 'code' : 'line'
    if (open !== null && (kind === 'line' || open.kind !== kind)) {
      blocks.push(closed(open))
      open = null
    }
    if (kind === 'line') blocks.push(closed({ kind, lines: [line] }))
    else if (open === null) open = { kind, lines: [line] }
    else open.lines.push(line)
  }
  if (open !== null) blocks.push(closed(open))
  return blocks
}

interface OpenBlock {
  readonly kind: Block['kind']
  readonly lines: Line[]
}

function closed({ kind, lines }: OpenBlock): Block {
  let length = 0
  let key = ''
  for (const { runs, attributes, mark } of lines) {
    for (const run of runs) {
      key += keyOf(run)
      if (run.mark?.kind !== 'deleted') length += insertLength(run.insert)
    }
    key += `\n${signOf(attributes)}\u0003${signOf(mark)}\n`
    if (mark?.kind !== 'deleted') length += 1
  }
  return { kind, lines, length, key }
}

/** A letter has no characters below the blank but tab and newline, so that they tell text from signs. */
function keyOf({ insert, attributes, mark }: Run): string {
  const what = typeof insert === 'string' ? insert : `\u0001${insert.image}`
  return attributes === undefined && mark === undefined
    ? `\u0002${what}`
    : `\u0003${signOf(attributes)}\u0003${signOf(mark)}\u0002${what}`
}

const signs = new WeakMap<object, string>()
const numbers = new Map<string, string>()

/**
 * The same for all that say the same. Attributes and marks are never changed, and most are shared by many runs and versions. It is
 * short, for the keys of a letter hold 9,000 of them: with what they stand for in full they were five times as long as the letter.
 */
function signOf(value: object | undefined): string {
  if (value === undefined) return ''
  let sign = signs.get(value)
  if (sign === undefined) {
    const said = JSON.stringify(value)
    sign = numbers.get(said) ?? String(numbers.size)
    numbers.set(said, sign)
    signs.set(value, sign)
  }
  return sign
}

const NONE: Attributes = {}

/** @returns lines, each with its end */
export function* linesOf(runs: Iterable<Run>): Generator<Line> {
  let line: Run[] = []
  for (const run of runs) {
    const { insert, attributes, mark } = run
    if (typeof insert !== 'string') {
      line.push(run)
      continue
    }
    let start = 0
    for (let end = insert.indexOf('\n'); end >= 0; end = insert.indexOf('\n', start)) {
      if (end > start) line.push({ insert: insert.slice(start, end), attributes, mark })
      yield { runs: line, attributes: attributes ?? NONE, mark }
      line = []
      start = end + 1
    }
    if (start < insert.length)
      line.push(start === 0 ? run : { insert: insert.slice(start), attributes, mark })
  }
  // A letter ends with a newline; before there was one, nothing is left.
  if (line.length > 0) yield { runs: line, attributes: NONE, mark: undefined }
}
