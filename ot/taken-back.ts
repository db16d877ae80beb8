/** Taking edits of a letter back, with who wrote what comes back: `retract` for long logs. */
import type { Range } from './anchor.ts'
import { type LetterDocument, type LetterOp, totalLength } from './component.ts'
import { Palimpsest } from './palimpsest.ts'
import type { Blamed, LaidEdit } from './stretch.ts'
import { letter } from './types.ts'
import { opWithin } from './within.ts'

export interface TakenBack {
  /** To be applied to the letter after the last edit; in canonical form, and a letter is left behind. */
  readonly op: LetterOp
  /** Who wrote what the op inserts, in order; null when it inserts nothing. */
  readonly restored: readonly Blamed[] | null
  /** The letter after the last edit. */
  readonly head: LetterDocument
}

/**
 * The op that takes some edits back and keeps the others.
 *
 * @param base       the letter before the first edit
 * @param blame      who wrote it
 * @param edits      all that lead from there to the letter of today
 * @param isUndone   whether an edit is to be taken back
 * @param isRollback whether it brought back what had been there before
 * @param within     limits what is undone to a range of the letter of today; null: all of it
 */
export function takeBack<E extends LaidEdit>(
  base: LetterDocument,
  blame: readonly Blamed[],
  edits: readonly E[],
  isUndone: (edit: E) => boolean,
  isRollback: (edit: E) => boolean,
  within: Range | null = null,
): TakenBack {
  const letters = new Palimpsest(base, blame, edits.some(isRollback))
  for (const edit of edits) letters.lay(edit, { isKept: !isUndone(edit), revives: isRollback(edit) })
  const head = letters.head()
  const whole = letters.back()
  const part = within === null ? whole : opWithin(whole, within)
  const missing = letter.mend?.(head, part) ?? null
  const op = (missing === null ? part : letter.compose(part, missing)) as LetterOp
  const restored = within === null ? letters.restored() : restoredWithin(whole, letters.restored(), within)
  return { op, restored: restored.length === 0 ? null : restored, head }
}

/** Of who wrote what an op inserts: the part that `opWithin` leaves of it. */
function restoredWithin({ ops }: LetterOp, restored: readonly Blamed[], range: Range): Blamed[] {
  const kept: Blamed[] = []
  const left = [...restored]
  let at = 0
  for (const component of ops) {
    if (component.insert === undefined) {
      at += component.retain ?? component.delete
      continue
    }
    for (let length = totalLength([component]); length > 0; ) {
      const [first] = left as [Blamed]
      const taken = Math.min(first.length, length)
      if (at >= range.start && at <= range.end) kept.push({ ...first, length: taken })
      length -= taken
      if (taken === first.length) left.shift()
      else left[0] = { ...first, length: first.length - taken }
    }
  }
  return kept
}
