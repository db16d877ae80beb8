import type { DocumentType } from './document-type.ts'

/** An edit of the log, as it was stored. */
export interface Edit {
  readonly op: unknown
}

/**
 * The op that takes some edits back and keeps the others, to be applied after the last of them.
 *
 * One pass over the log holds `back`, which undoes what is to be undone so far: an edit that stays moves it
 * along, one that goes is undone before everything that `back` undoes already. With every edit undone this is
 * a rollback to the document before them; with one author's, it takes that author's work out.
 *
 * Composing the edits first would be faster and wrong: it forgets where in deleted text an insertion stood.
 *
 * @param base      the document before the first edit
 * @param edits     one after the other, all that lead from `base` to the document of today
 * @param isUndone  whether an edit is to be taken back
 * @returns  the op, in canonical form, and the document it is to be applied to; formats that exclude each
 *           other on one line are settled when it is submitted, as with any op
 */
export function retract<E extends Edit>(
  type: DocumentType,
  base: unknown,
  edits: Iterable<E>,
  isUndone: (edit: E) => boolean,
): { readonly back: unknown; readonly head: unknown } {
  let head = base
  let back: unknown = null
  for (const edit of edits) {
    if (isUndone(edit)) {
      const inverse = type.invert(edit.op, head)
      back = back === null ? inverse : type.compose(inverse, back)
    } else if (back !== null) {
      back = type.transform(back, edit.op, 'left')
    }
    head = type.apply(head, edit.op)
  }
  back ??= type.parseOp([])
  const missing = type.mend?.(head, back) ?? null
  return { back: missing === null ? back : type.compose(back, missing), head }
}
