/** A log of a letter, as the server would answer it, and what the letter was at each version. */
import type { PastEdit } from '../../../client/history/past-edit.ts'
import { NO_LETTER } from '../../../client/history/past-edit.ts'
import type { Component, LetterDocument } from '../../../ot/component.ts'
import { letter } from '../../../ot/letter.ts'
import { Random } from '../../harness/random.ts'

export interface Past {
  readonly edits: readonly PastEdit[]
  /** By version; the first, before there was a letter, is empty. */
  readonly letters: readonly LetterDocument[]
}

export const AUTHORS = ['ada', 'ben', null] as const

/** Made of typing, deleting and formatting at places that chance chooses. */
export function pastOf(versions: number, seed: number): Past {
  const random = new Random(seed)
  const letters: LetterDocument[] = [NO_LETTER, { ops: [{ insert: '\n' }] }]
  const edits: PastEdit[] = [editOf(1, 'ada', { made: letters[1]! })]
  for (let version = 2; version <= versions; version++) {
    const before = letters[version - 1]!
    const length = letter.length(before)
    const at = random.below(length)
    const kind = random.below(10)
    const rest = Math.min(1 + random.below(4), length - 1 - at)
    const does: Component =
      kind < 7 || rest < 1
        ? { insert: kind === 0 ? 'x\n' : 'word ' }
        : kind < 9
          ? { delete: rest }
          : { retain: rest, attributes: { bold: true } }
    const op = letter.parseOp({ ops: at === 0 ? [does] : [{ retain: at }, does] }) as { ops: Component[] }
    letters.push(letter.apply(before, op) as LetterDocument)
    edits.push(editOf(version, random.pick(AUTHORS), { op }))
  }
  return { edits, letters }
}

function editOf(version: number, author: string | null, change: PastEdit['change']): PastEdit {
  return { version, author, origin: null, time: version * 1_000, change, restored: null }
}
