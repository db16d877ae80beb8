import Quill, { Range } from 'quill/core.js'
import type { ErrorCode } from '../../ot/errors.ts'
import { painted } from '../sync/painted.ts'
import type { Session } from '../sync/session.ts'
import { Binding } from './binding.ts'
import { type CommandId, commandFor } from './commands.ts'
import { GlyphFirst } from './glyph-first.ts'
import { markRange } from './kept-mark.ts'
import { keepUndo, returnUndo } from './kept-undo.ts'
import type { LetterClipboard } from './letter-clipboard.ts'
import { QUILL_FORMATS } from './letter-formats.ts'
import { wholeLink } from './link-range.ts'
import { speedUp } from './quill-speed.ts'
import { Stretches } from './stretches.ts'
import { forgetUndo } from './undo-storage.ts'

/**
 * The editor of one letter, as the screens see it: commands go in, and what the toolbar must know comes out.
 *
 * It remembers where the person is even while the focus is in a menu or a dialog, and moves that place with what
 * others write, so that a link lands on the words it was meant for.
 */
export interface EditorView {
  /** Formats at the selection; an array where the selection has several values. */
  readonly formats: Readonly<Record<string, unknown>>
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly hasSelection: boolean
  readonly isFocused: boolean
}

/** What the screens are told of, besides changes of the view. */
export interface EditorEvents {
  /** A command that needs an answer first, asked for by key. */
  onAsk(what: 'link' | 'image'): void
  /** A change was taken back, because no letter can hold it. */
  onRefused(code: ErrorCode): void
  /** A picture itself was pasted or dropped, which letters do not hold. */
  onPictures(): void
  /** The person wants the toolbar. */
  onToolbar(): void
}

/** Before there is an editor. */
export const NOTHING: EditorView = {
  formats: {},
  canUndo: false,
  canRedo: false,
  hasSelection: false,
  isFocused: false,
}
const UNDO_STEPS = 500

export const IS_MAC = /Mac|iPhone|iPad/i.test(navigator.platform)

/** Commands that set a block format to a value, or take it away where it is set. */
const BLOCKS: Partial<Record<CommandId, readonly [name: string, value: unknown]>> = {
  heading1: ['header', 1],
  heading2: ['header', 2],
  heading3: ['header', 3],
  alignLeft: ['align', false],
  alignCenter: ['align', 'center'],
  alignRight: ['align', 'right'],
  alignJustify: ['align', 'justify'],
  direction: ['direction', 'rtl'],
  bullet: ['list', 'bullet'],
  ordered: ['list', 'ordered'],
  check: ['list', 'unchecked'],
  quote: ['blockquote', true],
  codeBlock: ['code-block', true],
  subscript: ['script', 'sub'],
  superscript: ['script', 'super'],
}

export class LetterEditor {
  readonly quill: Quill
  readonly #host: HTMLElement
  readonly #binding: Binding
  readonly #stretches: Stretches
  readonly #glyphFirst: GlyphFirst
  readonly #events: EditorEvents
  readonly #undoKey: string
  readonly #watchers = new Set<() => void>()
  #view = NOTHING
  /** Where the person is, or was before the focus left. */
  #place = new Range(0, 0)
  /** The view may be older than the letter. */
  #isOld = false
  #leaveOnTab = false

  /**
   * @param parent   gets one child, which goes with `close`
   * @param undoKey  of this person and this letter, under which undo outlives the editor
   */
  constructor(parent: HTMLElement, session: Session, undoKey: string, events: EditorEvents) {
    this.#events = events
    this.#undoKey = undoKey
    this.#host = parent.appendChild(document.createElement('div'))
    this.quill = new Quill(this.#host, {
      formats: QUILL_FORMATS,
      modules: {
        history: { delay: 1000, maxStack: UNDO_STEPS, userOnly: true },
        clipboard: { onTooLong: () => events.onRefused('op/too-large') },
        uploader: { mimetypes: [], handler: () => {} },
      },
    })
    speedUp(this.quill)
    this.#stretches = new Stretches(this.quill)
    this.#glyphFirst = new GlyphFirst(this.quill)
    const { root } = this.quill
    root.setAttribute('role', 'textbox')
    root.setAttribute('aria-multiline', 'true')
    root.setAttribute('aria-label', 'Letter')
    root.setAttribute('aria-describedby', 'letter-keys')
    this.quill.on('editor-change', this.#onChange)
    this.#host.addEventListener('keydown', this.#onKey, true)
    for (const kind of ['paste', 'drop'] as const) this.#host.addEventListener(kind, this.#onFiles, true)
    root.addEventListener('focus', this.#onFocus)
    document.addEventListener('visibilitychange', this.#onVisibility)
    window.addEventListener('pagehide', this.#onPutAway)
    this.#binding = new Binding(this.quill, session, {
      onShown: () => {
        this.#stretches.tidy()
        returnUndo(this.quill, undoKey)
      },
      onRefused: ({ code }) => {
        this.#clipboard.takeBack()
        events.onRefused(code)
      },
    })
  }

  close(): void {
    this.#glyphFirst.close()
    this.#clipboard.finish()
    this.#onPutAway()
    document.removeEventListener('visibilitychange', this.#onVisibility)
    window.removeEventListener('pagehide', this.#onPutAway)
    this.#binding.close()
    this.#stretches.close()
    this.quill.off('editor-change', this.#onChange)
    this.#isOld = false
    this.#host.remove()
  }

  get #clipboard(): LetterClipboard {
    return this.quill.clipboard as LetterClipboard // as registered in letter-formats.ts
  }

  // The pair that React's useSyncExternalStore asks for.
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
  readonly getSnapshot = (): EditorView => this.#view

  /** Makes sure that everything that was typed is in the letter. A character may not be until it is painted. */
  look(): void {
    this.#glyphFirst.look()
  }

  enable(isEnabled: boolean): void {
    if (this.quill.isEnabled() === isEnabled) return
    this.look() // Quill does not look where nobody may write
    this.quill.enable(isEnabled)
    this.quill.root.setAttribute('aria-readonly', String(!isEnabled))
    // What cannot be edited must still be reachable, to be scrolled and copied by keyboard.
    if (isEnabled) this.quill.root.removeAttribute('tabindex')
    else this.quill.root.tabIndex = 0
  }

  /** Gives the letter the focus, at the place the person left. */
  focus(): void {
    if (!this.quill.hasFocus()) this.quill.setSelection(this.#place, 'silent')
    this.quill.focus()
  }

  /** Moves to the place before or after everything, for a person who has just come. */
  goTo(index: number): void {
    this.#place = new Range(Math.min(index, this.quill.getLength() - 1), 0)
  }

  run(id: CommandId): void {
    if (!this.quill.isEnabled()) return
    this.#here()
    if (id === 'link' || id === 'image') return this.#events.onAsk(id)
    this.focus()
    const { formats } = this.#look()
    const block = BLOCKS[id]
    if (block) {
      const [name, value] = block
      const isSet =
        formats[name] === value || (name === 'list' && id === 'check' && formats[name] === 'checked')
      this.quill.format(name, isSet ? false : value, 'user')
    } else if (id === 'undo' || id === 'redo') this.quill.history[id]()
    else if (id === 'indent') this.quill.format('indent', '+1', 'user')
    else if (id === 'outdent') this.quill.format('indent', '-1', 'user')
    else if (id === 'normal') this.#makeNormal()
    else if (id === 'clear') this.#clear()
    else if (id === 'tick') this.#tick(formats.list)
    else this.quill.format(id, !formats[id], 'user')
    this.#refresh()
  }

  /** Sets a format that takes a value; null takes it away. */
  set(name: 'color' | 'background' | 'font' | 'size', value: string | null): void {
    if (!this.quill.isEnabled()) return
    this.focus()
    this.quill.format(name, value ?? false, 'user')
    this.#refresh()
  }

  /** The selected words and their link; of a caret inside a link, the whole link. */
  linkHere(): { readonly text: string; readonly url: string | null; readonly place: Range } {
    const place = wholeLink(this.quill, this.#here())
    const { link } = this.quill.getFormat(place)
    return { text: this.quill.getText(place), url: typeof link === 'string' ? link : null, place }
  }

  /**
   * Links the words at the place the person is, or writes `text` there when none are selected. Null takes the link
   * away. The place is asked for again: others may have moved it since.
   */
  setLink(url: string | null, text: string): void {
    const place = wholeLink(this.quill, this.#here())
    this.focus()
    if (place.length > 0) this.quill.formatText(place, 'link', url ?? false, 'user')
    else if (url) this.quill.insertText(place.index, text, { link: url }, 'user')
    const end = place.index + (place.length || (url ? text.length : 0))
    this.quill.setSelection(end, 0, 'user')
    if (url) this.quill.format('link', false, 'silent') // what is typed next is not part of the link
    this.#refresh()
  }

  insertImage(url: string): void {
    const { index, length } = this.#here()
    this.focus()
    if (length > 0) this.quill.deleteText(index, length, 'user')
    this.quill.insertEmbed(index, 'image', url, 'user')
    this.quill.setSelection(index + 1, 0, 'user')
  }

  /** Shows where the person was while the focus is elsewhere. */
  markPlace(isMarked: boolean): void {
    markRange(this.quill, isMarked ? this.#place : null)
  }

  /** Where a popover about the selection belongs, in the coordinates of the editor's parent. */
  bounds(): { readonly top: number; readonly bottom: number; readonly left: number } {
    const bounds = this.quill.getBounds(this.#place)
    return { top: bounds?.top ?? 0, bottom: bounds?.bottom ?? 0, left: bounds?.left ?? 0 }
  }

  /** Where the person is now. The browser reports a new selection late: a key pressed at once would find the old one. */
  #here(): Range {
    if (this.quill.hasFocus()) this.#place = this.quill.getSelection() ?? this.#place
    return this.#place
  }

  #makeNormal(): void {
    const { index, length } = this.#place
    const plain = { header: false, blockquote: false, 'code-block': false, list: false }
    this.quill.formatLine(index, length, plain, 'user')
  }

  #tick(list: unknown): void {
    if (list === 'checked') this.quill.format('list', 'unchecked', 'user')
    else if (list === 'unchecked') this.quill.format('list', 'checked', 'user')
  }

  #clear(): void {
    const { index, length } = this.#place
    if (length > 0) {
      this.quill.removeFormat(index, length, 'user')
      return
    }
    for (const name of Object.keys(this.quill.getFormat(index))) this.quill.format(name, false, 'user')
  }

  readonly #onChange = (kind: string, value: unknown, _before: unknown, source: string): void => {
    if (kind === 'selection-change') {
      if (value) this.#place = value as Range
    } else if (!this.quill.hasFocus()) {
      const change = value as { transformPosition(index: number, priority: boolean): number }
      const start = change.transformPosition(this.#place.index, source !== 'user')
      const end = change.transformPosition(this.#place.index + this.#place.length, source !== 'user')
      this.#place = new Range(start, Math.max(0, end - start))
    }
    if (this.#isOld) return
    this.#isOld = true
    void painted().then(() => this.#isOld && this.#refresh())
  }

  /** The browser remembers nodes, which others' writing may have replaced; the place is kept in characters. */
  readonly #onFocus = (): void => {
    if (!this.quill.selection.mouseDown) this.quill.setSelection(this.#place, 'silent')
  }

  readonly #onPutAway = (): void => keepUndo(this.quill, this.#undoKey)

  /** A page that is hidden may be ended without another word. */
  readonly #onVisibility = (): void => {
    if (document.visibilityState === 'hidden') this.#onPutAway()
    else forgetUndo(this.#undoKey)
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return
    if (event.altKey && event.key === 'F10') {
      event.preventDefault()
      this.#events.onToolbar()
      return
    }
    // Tab writes a tab, as in every editor of letters; Escape first makes it leave, so that nobody is caught here.
    if (event.key === 'Tab' && this.#leaveOnTab) event.stopPropagation()
    if (event.key !== 'Shift' && event.key !== 'Tab') this.#leaveOnTab = event.key === 'Escape'
    const id = commandFor(event, IS_MAC)
    if (!id) return
    event.preventDefault()
    event.stopPropagation()
    this.run(id)
  }

  readonly #onFiles = (event: ClipboardEvent | DragEvent): void => {
    const data = 'clipboardData' in event ? event.clipboardData : event.dataTransfer
    if (data && data.files.length > 0 && !data.types.includes('text/html')) this.#events.onPictures()
  }

  #look(): EditorView {
    const range = this.#place
    const end = this.quill.getLength()
    const formats =
      range.index + range.length < end ? this.quill.getFormat(range.index, range.length) : NOTHING.formats
    const { undo, redo } = this.quill.history.stack
    return {
      formats,
      canUndo: undo.length > 0,
      canRedo: redo.length > 0,
      hasSelection: range.length > 0,
      isFocused: this.quill.hasFocus(),
    }
  }

  #refresh(): void {
    this.#isOld = false
    const next = this.#look()
    if (JSON.stringify(next) === JSON.stringify(this.#view)) return
    this.#view = next
    for (const watcher of this.#watchers) watcher()
  }
}
