import type Quill from 'quill/core.js'
import type { Op } from 'quill/core.js'
import { Delta } from '../../ot/delta.ts'
import { forgetUndo, UNDO } from './undo-storage.ts'

/**
 * What a person can take back in a letter, kept in this tab over a reload and over a visit to another page.
 *
 * It is written when the page is put away, and read once, when the letter is shown again. What others wrote in between
 * is found by comparing the letter as it was with the letter as it is, and the steps are moved over it.
 *
 * It stands in the tab's own storage, which ends with the tab and is taken away when the person signs out.
 */

interface Kept {
  /** As the steps expect it. */
  readonly letter: Op[]
  readonly undo: readonly KeptStep[]
  readonly redo: readonly KeptStep[]
}

interface KeptStep {
  readonly delta: { readonly ops: Op[] }
  readonly range: { readonly index: number; readonly length: number } | null
}

/** @param key  of a person and a letter */
export function keepUndo(quill: Quill, key: string): void {
  const { undo, redo } = quill.history.stack
  if (undo.length + redo.length === 0) return forgetUndo(key)
  const kept: Kept = { letter: quill.getContents().ops, undo, redo }
  const text = JSON.stringify(kept)
  try {
    sessionStorage.setItem(UNDO + key, text)
  } catch {
    // The storage is full: of the letters that were open before.
    forgetUndo()
    try {
      sessionStorage.setItem(UNDO + key, text)
    } catch {
      // A letter too long for it. What was written is safe; it can only not be taken back after a reload.
    }
  }
}

/** Gives back what was kept, once. The editor shows the letter already, and nothing can be taken back in it yet. */
export function returnUndo(quill: Quill, key: string): void {
  const text = sessionStorage.getItem(UNDO + key)
  if (text === null) return
  forgetUndo(key)
  const { letter, undo, redo } = JSON.parse(text) as Kept // written by `keepUndo`
  quill.history.stack = { undo: stepsOf(undo), redo: stepsOf(redo) }
  const meanwhile = new Delta(letter).diff(quill.getContents())
  if (meanwhile.ops.length > 0) quill.history.transform(meanwhile)
}

function stepsOf(steps: readonly KeptStep[]): Quill['history']['stack']['undo'] {
  return steps.map(({ delta, range }) => ({
    delta: new Delta(delta.ops),
    range: range as Quill['history']['currentRange'], // Quill reads no more of it than this
  }))
}
