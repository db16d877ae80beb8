import type { Attributes } from '../../ot/attributes.ts'
import type { Blame } from '../../ot/blame.ts'
import type { Passage } from '../../ot/comparison.ts'
import type { Embed, Insert, LetterDocument } from '../../ot/component.ts'
import { FORMAT_NAMES } from '../../ot/formats.ts'
import { Reader } from '../../ot/reader.ts'

/** What the history says about a stretch of a letter. */
export interface Mark {
  /** `written`: by whom, where authors are shown. The others: what became of it between two versions. */
  readonly kind: 'written' | 'added' | 'deleted' | 'formatted'
  /** A member's id; null for a machine. */
  readonly author: string | null
  /** The formats that changed, in canonical order; empty but for `formatted`. */
  readonly formats: readonly string[]
}

/** A stretch of a letter with one set of formats and one mark. */
export interface Run {
  readonly insert: string | Embed
  readonly attributes?: Attributes | undefined
  readonly mark?: Mark | undefined
}

/** The letter with who wrote what. @param blame  of the same version @returns what one person wrote has one and the same mark */
export function withAuthors(letter: LetterDocument, blame: Blame): Run[] {
  const runs: Run[] = []
  const text = new Reader<Insert>(letter.ops)
  const authors = new Reader<Insert>(blame.ops)
  while (!text.isAtEnd && !authors.isAtEnd) {
    const author = authors.current!.attributes?.author
    const length = Math.min(text.left, authors.left)
    const { insert, attributes } = text.take(length) as Insert
    authors.skip(length)
    runs.push({ insert, attributes, mark: writtenBy(author ? String(author) : null) })
  }
  return runs
}

const written = new Map<string | null, Mark>()

/** A mark of its own for each of 9,000 stretches, with every picture, was most of what there was to collect and to compare. */
function writtenBy(author: string | null): Mark {
  let mark = written.get(author)
  if (mark === undefined) {
    mark = { kind: 'written', author, formats: [] }
    written.set(author, mark)
  }
  return mark
}

/** Both letters of a comparison in one: what was deleted looks as it did, everything else as it does. */
export function withChanges(passages: readonly Passage[]): Run[] {
  return passages.map(({ insert, change, author, before, after }) => {
    const attributes = change === 'deleted' ? before : after
    if (change === 'none') return { insert, attributes }
    const formats = change === 'formatted' ? changedFormats(before, after) : []
    return { insert, attributes, mark: { kind: change, author, formats } }
  })
}

function changedFormats(before: Attributes = {}, after: Attributes = {}): string[] {
  return FORMAT_NAMES.filter((name) => before[name] !== after[name])
}
