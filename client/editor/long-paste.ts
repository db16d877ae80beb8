import type Quill from 'quill/core.js'
import type { Delta as QuillDelta, Range } from 'quill/core.js'
import { Delta } from '../../ot/delta.ts'

/**
 * A paste that is written slice by slice, so that the page goes on answering: others type, the person scrolls, or types
 * on behind what was pasted so far.
 *
 * It is one step of undo. Taking it back in the middle ends it.
 *
 * Invariants
 *   - the slices stand behind each other, in order, whatever is written meanwhile;
 *   - nothing is written while an input method composes;
 *   - the caret follows the paste only if it stays where the paste left it.
 */
export class LongPaste {
  readonly #quill: Quill
  readonly #slices: Iterator<QuillDelta>
  /** Where the next slice goes. */
  #at: number
  #hasBegun = false
  #isOver = false
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param selected  is replaced */
  constructor(quill: Quill, selected: Range, slices: Iterator<QuillDelta>) {
    this.#quill = quill
    this.#slices = slices
    this.#at = selected.index
    quill.on('text-change', this.#follow)
    quill.history.cutoff()
    if (selected.length > 0) this.#write(new Delta().retain(selected.index).delete(selected.length))
    quill.setSelection(this.#at, 0, 'silent')
    this.#step()
  }

  /** Writes the rest at once. Does nothing when there is none. */
  finish(): void {
    while (!this.#isOver) this.#next()
  }

  /** Ends, and takes back what was written. Does nothing when everything was. */
  takeBack(): void {
    if (this.#isOver) return
    this.#end()
    this.#quill.history.undo()
    this.#quill.history.stack.redo = []
  }

  readonly #step = (): void => {
    if (this.#quill.composition.isComposing) {
      this.#quill.once('composition-end', () => this.#pause())
      return
    }
    this.#next()
    if (!this.#isOver) this.#pause()
  }

  #pause(): void {
    this.#timer = setTimeout(this.#step, 0)
  }

  #next(): void {
    // Something to redo means that the person has just taken the paste back.
    const isUnwanted = this.#hasBegun && this.#quill.history.stack.redo.length > 0
    const slice = isUnwanted || !this.#quill.isEnabled() ? null : this.#slices.next()
    if (!slice || slice.done) return this.#end()
    const { history } = this.#quill
    if (this.#hasBegun) history.lastRecorded = Number.POSITIVE_INFINITY // joins the step of undo before it
    this.#hasBegun = true
    this.#write(new Delta().retain(this.#at).concat(slice.value))
    history.lastRecorded = Date.now()
  }

  #write(change: QuillDelta): void {
    const end = this.#at + change.ops.reduce((sum, { insert }) => sum + lengthOf(insert), 0)
    const isCaretHere = this.#isCaretHere()
    this.#quill.updateContents(change, 'user')
    this.#at = end
    if (isCaretHere) this.#quill.setSelection(end, 0, 'silent')
  }

  readonly #follow = (change: QuillDelta): void => {
    // What somebody types right here belongs behind the paste.
    this.#at = change.transformPosition(this.#at, true)
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#quill.off('text-change', this.#follow)
    if (this.#isCaretHere()) this.#quill.scrollSelectionIntoView()
  }

  #isCaretHere(): boolean {
    const selection = this.#quill.hasFocus() ? this.#quill.getSelection() : null
    return selection?.length === 0 && selection.index === this.#at
  }
}

function lengthOf(insert: unknown): number {
  return typeof insert === 'string' ? insert.length : insert === undefined ? 0 : 1
}
