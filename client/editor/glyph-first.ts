import type Quill from 'quill/core.js'
import { painted } from '../sync/painted.ts'

/** Whoever hears of these may ask where something is, or leave. */
const ASKING = [
  ...['keydown', 'beforeinput', 'compositionstart', 'pointerdown', 'focusin', 'focusout'],
  ...['paste', 'copy', 'cut', 'dragstart', 'drop', 'beforeunload', 'pagehide', 'visibilitychange'],
] as const

/**
 * Lets a key be painted before anything of ours runs for it.
 *
 * A character that is typed is put into the page by the browser, and Quill hears of it in the same turn: reads the line, compares it
 * with what it was, and tells everybody. None of that is needed to see the character, and it is a fifth of the time until then. So
 * Quill is told right behind the paint.
 *
 * Invariants
 *   - whoever asks Quill to look (`update`) finds everything that was typed, as before;
 *   - it has looked before the next event that a person causes, and before the page is left;
 *   - what the browser changes in any other way is looked at in the same turn, and what was typed before it with it.
 */
export class GlyphFirst {
  readonly #quill: Quill
  readonly #observer: MutationObserver
  /** What the browser has changed and Quill has not looked at yet. */
  #unread: MutationRecord[] = []
  /** The change that comes next is a character. */
  #isTyped = false

  constructor(quill: Quill) {
    this.#quill = quill
    const { root, scroll, selection } = quill
    this.#observer = new MutationObserver((records) => {
      this.#unread.push(...records)
      if (this.#isTyped) void painted().then(this.look)
      else scroll.update(this.#take())
    })
    scroll.observer.disconnect()
    scroll.observer = {
      observe: (node, options) => this.#observer.observe(node, options),
      disconnect: () => this.#observer.disconnect(),
      takeRecords: () => this.#take(),
    }
    scroll.observer.observe(root, {
      attributes: true,
      characterData: true,
      characterDataOldValue: true,
      childList: true,
      subtree: true,
    })
    const update = selection.update.bind(selection)
    selection.update = (source) => {
      if (this.#unread.length === 0) update(source) // else it is asked again when that is read
    }
    for (const name of ASKING) window.addEventListener(name, this.look, true)
    root.addEventListener('beforeinput', this.#onInput)
  }

  close(): void {
    this.look()
    for (const name of ASKING) window.removeEventListener(name, this.look, true)
    this.#quill.root.removeEventListener('beforeinput', this.#onInput)
  }

  /** Makes Quill look at what has been typed, if anything has. */
  readonly look = (): void => {
    if (this.#unread.length > 0) this.#quill.scroll.update(this.#take())
  }

  #take(): MutationRecord[] {
    const records = [...this.#unread, ...this.#observer.takeRecords()]
    this.#unread = []
    this.#isTyped = false
    return records
  }

  readonly #onInput = ({ inputType, defaultPrevented }: InputEvent): void => {
    const { composition, root, selection } = this.#quill
    // Where words are about to be bold, or the first one takes the place of a hint, Quill changes what is seen.
    const isPlain = !root.classList.contains('ql-blank') && selection.cursor.parent == null
    this.#isTyped = inputType === 'insertText' && isPlain && !defaultPrevented && !composition.isComposing
  }
}
