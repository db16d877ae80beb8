/**
 * What became of a letter between two versions, and who did it: from the ops, so it is exact, and a word that was moved or
 * typed anew is what it was and not what it looks like.
 */
import { type Attributes, equalAttributes } from './attributes.ts'
import type { Embed, LetterDocument, LetterOp } from './component.ts'
import { Palimpsest } from './palimpsest.ts'
import type { Stretch } from './stretch.ts'

/** An edit of the log. */
export interface ComparedEdit {
  readonly op: LetterOp
  /** A member's id; null for a machine. */
  readonly author: string | null
}

/** A stretch of both letters together, in order. */
export interface Passage {
  readonly insert: string | Embed
  /** The earlier letter has it, the later one has it, or both do. */
  readonly change: 'none' | 'added' | 'deleted' | 'formatted'
  /** Who added or deleted it, or changed its formats last; null also where nothing changed. */
  readonly author: string | null
  /** Its formats in the earlier letter; undefined when it had none, or was not there. */
  readonly before: Attributes | undefined
  /** Its formats in the later letter; undefined when it has none, or is not there any more. */
  readonly after: Attributes | undefined
}

/**
 * Compares the letter before some edits with the letter after them.
 *
 * What was added and deleted in between is in neither letter, and not in the answer. The passages that are not `added` are
 * the earlier letter, those that are not `deleted` the later one.
 */
export function compareLetters(base: LetterDocument, edits: Iterable<ComparedEdit>): Passage[] {
  // To keep none of the edits is to keep the letter before them.
  const both = new Palimpsest(base, null, false)
  for (const { op, author } of edits) {
    both.lay({ op, author: author ?? '', version: 0, restored: null }, { isKept: false, revives: false })
  }
  return [...both.stretches()].map(passageOf).reduce<Passage[]>(pushPassage, [])
}

function passageOf({ insert, isHere, here, isKept, kept, author, changedBy }: Stretch): Passage {
  if (!isKept) return { insert, change: 'added', author: author || null, before: undefined, after: here }
  const by = changedBy || null
  if (!isHere) return { insert, change: 'deleted', author: by, before: kept, after: undefined }
  const isAsBefore = equalAttributes(kept, here)
  const change = isAsBefore ? 'none' : 'formatted'
  return { insert, change, author: isAsBefore ? null : by, before: kept, after: here }
}

function pushPassage(passages: Passage[], passage: Passage): Passage[] {
  const last = passages.at(-1)
  const isOne =
    typeof last?.insert === 'string' &&
    typeof passage.insert === 'string' &&
    last.change === passage.change &&
    last.author === passage.author &&
    equalAttributes(last.before, passage.before) &&
    equalAttributes(last.after, passage.after)
  if (isOne) passages[passages.length - 1] = { ...last, insert: `${last.insert}${passage.insert}` }
  else passages.push(passage)
  return passages
}
