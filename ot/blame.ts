/**
 * Who wrote which part of a letter, and at which version.
 *
 * Blame is a parallel letter: the same text, and as the attributes of each insert nothing but its author and version.
 * Each op of the log becomes an op on it (inserts carry who made them, retains carry nothing), so that reading blame
 * at a version, and taking edits back, are the same folds as for the letter itself.
 */
import type { Attributes } from './attributes.ts'
import {
  type Component,
  canonical,
  insertion,
  insertLength,
  type LetterDocument,
  type LetterOp,
} from './component.ts'
import { Palimpsest } from './palimpsest.ts'
import { type Attribution, type Blamed, type LaidEdit, Texts } from './stretch.ts'
import { letter } from './types.ts'

export type { Attribution, Blamed }

/** An edit of the log. */
export type AuthoredEdit = LaidEdit

/** The parallel letter. */
export type Blame = LetterDocument

/** Of a letter that one author has written whole. */
export function blameOf({ ops }: LetterDocument, by: Attribution): Blame {
  return { ops: ops.map(({ insert }) => insertion(insert, mark(by))) }
}

/** Blame after an edit. */
export function blameAfter(before: Blame, edit: AuthoredEdit): Blame {
  return letter.apply(before, blamingOp(edit)) as Blame
}

/** The stretches of the letter, as long together as the letter is; neighbours differ. */
export function stretchesOf({ ops }: Blame): Blamed[] {
  const stretches: Blamed[] = []
  for (const { insert, attributes } of ops)
    pushStretch(stretches, insertLength(insert), attributionOf(attributes))
  return stretches
}

/**
 * Who wrote a letter after many edits: what folding `blameAfter` over them gives, in time that grows with what they touch.
 *
 * @param base       the letter before the first edit
 * @param stretches  who wrote that
 */
export function stretchesAfter(
  base: LetterDocument,
  stretches: readonly Blamed[],
  edits: Iterable<AuthoredEdit>,
): Blamed[] {
  const letters = new Palimpsest(base, stretches, false)
  for (const edit of edits) letters.lay(edit, { isKept: true, revives: false })
  return letters.blame()
}

/** What an edit does to the parallel letter. */
export function blamingOp(edit: AuthoredEdit): LetterOp {
  const texts = new Texts(edit)
  const components = edit.op.ops.flatMap((component): Component[] => {
    if (component.insert !== undefined) {
      return texts.next(component).map((text) => insertion(text.insert, mark(text)))
    }
    return [component.retain === undefined ? component : { retain: component.retain }]
  })
  return { ops: canonical(components) }
}

function mark({ author, version }: Attribution): Attributes {
  return { author, version }
}

function attributionOf(attributes: Attributes | undefined): Attribution {
  if (attributes === undefined) return { author: '', version: 0 }
  return { author: attributes.author as string, version: attributes.version as number }
}

function pushStretch(stretches: Blamed[], length: number, { author, version }: Attribution): void {
  const last = stretches.at(-1)
  if (last?.author === author && last.version === version) {
    stretches[stretches.length - 1] = { length: last.length + length, author, version }
  } else {
    stretches.push({ length, author, version })
  }
}
