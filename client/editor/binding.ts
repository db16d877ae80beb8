import type Quill from 'quill/core.js'
import type { Op } from 'quill/core.js'
import { type Component, canonical, type Insert } from '../../ot/component.ts'
import { Delta } from '../../ot/delta.ts'
import type { CollabError } from '../../ot/errors.ts'
import { EXCLUSIVE } from '../../ot/exclusive.ts'
import type { Session } from '../sync/session.ts'
import type { LetterListener } from '../sync/session-view.ts'
import { HeldOps } from './held-ops.ts'

/** What others write takes no more than one part in this many of the page's time, */
const SHARE = 8
/** and is shown after this many ms at the latest, */
const LONGEST_PAUSE_MS = 100
/** but not while a key that was just pressed waits to be painted, */
const KEY_MS = 24
/** nor when the next one is likely to come; */
const NEXT_KEY_MS = 250
/** though this long after it came at the latest. */
const OLDEST_MS = 500

export interface BindingEvents {
  /** The letter is in the view for the first time. */
  onShown(): void
  /** A change could not go into the letter and has been taken out of the view again. */
  onRefused(error: CollabError): void
}

/**
 * Keeps a Quill editor (the view) and a letter (the document) the same.
 *
 * Every change of the view goes into the document, whoever made it: typing, our toolbar, a module of
 * Quill. Quill marks programmatic changes as 'api' and some as 'silent', so the source says nothing; what counts is
 * whether this binding is applying something itself.
 *
 * What others write goes from the document into the view: at once when they write seldom, together with what follows when
 * they write much, and when it ends during a composition (HeldOps).
 *
 * Invariants
 *   - document = view, then the held ops;
 *   - nothing is applied to the view while an input method composes;
 *   - applying to the view never takes the focus: an editor without it is changed beneath its selection.
 */
export class Binding implements LetterListener {
  readonly #quill: Quill
  readonly #session: Session
  readonly #events: BindingEvents
  readonly #held = new HeldOps()
  #isComposing = false
  #isApplying = false
  #hasStarted = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #releasedAt = Number.NEGATIVE_INFINITY
  #writtenAt = Number.NEGATIVE_INFINITY
  /** When the oldest of what is held came. */
  #heldAt = Number.POSITIVE_INFINITY
  #pauseMs = 0
  #isClosed = false
  /** Changes made while the document was away, starting afresh after a refusal, and the view before them. */
  #parked: { readonly base: readonly Component[]; readonly changes: (readonly Component[])[] } | null = null

  constructor(quill: Quill, session: Session, events: BindingEvents) {
    this.#quill = quill
    this.#session = session
    this.#events = events
    quill.on('editor-change', this.#onEditorChange)
    quill.on('composition-before-start', this.#onCompositionStart)
    quill.on('composition-end', this.#onCompositionEnd)
    session.listen(this)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#session.listen(null)
    this.#quill.off('editor-change', this.#onEditorChange)
    this.#quill.off('composition-before-start', this.#onCompositionStart)
    this.#quill.off('composition-end', this.#onCompositionEnd)
  }

  remoteOp(op: readonly Component[]): void {
    this.#heldAt = Math.min(this.#heldAt, performance.now())
    this.#held.hold(op)
    if (this.#timer === undefined) this.#releaseInTime()
  }

  ownOp(op: readonly Component[], before: readonly Insert[]): void {
    this.#held.hold(op)
    this.#release()
    // Behind an input method that composes it comes later, and cannot be taken back.
    if (!this.#held.isEmpty) return
    const { history } = this.#quill
    history.cutoff()
    history.record(new Delta(quillOps(op)), new Delta(quillOps(before)))
    history.cutoff()
  }

  loaded(): void {
    const letter = this.#session.components()
    if (!this.#hasStarted) {
      this.#hasStarted = true
      this.#applying(() => this.#quill.setContents(quillOps(letter), 'api'))
      this.#quill.history.clear()
      this.#events.onShown()
      return
    }
    const parked = this.#parked
    this.#parked = null
    this.#held.reset(difference(parked?.base ?? this.#viewed(), letter))
    for (const change of parked?.changes ?? []) this.#submit(this.#held.cross(change))
    this.#release()
    this.#quill.history.clear()
  }

  readonly #onEditorChange = (kind: string, change: Delta, before: Delta): void => {
    if (kind !== 'text-change' || this.#isApplying) return
    // Quill's delta is live and may be extended in place; the canonical form is made of new lists.
    const made = canonical(structuredClone(change.ops) as Component[])
    if (made.length === 0) return
    this.#writtenAt = performance.now()
    if (!this.#session.hasLetter) {
      this.#parked ??= { base: before.ops as Component[], changes: [] }
      this.#parked.changes.push(made)
      return
    }
    this.#submit(this.#held.cross(made))
    // Quill is in the middle of reporting this change: who hears of it later would hear of what is shown now before it.
    queueMicrotask(() => {
      if (this.#timer !== undefined) this.#releaseInTime()
    })
  }

  readonly #onCompositionStart = (): void => {
    this.#isComposing = true
  }

  readonly #onCompositionEnd = (): void => {
    this.#isComposing = false
    // Quill puts the caret back a millisecond after this event; before that it would be put into the wrong text.
    setTimeout(() => this.#release(), 1)
  }

  #submit(op: readonly Component[]): void {
    if (op.length === 0) return
    const submitted = this.#session.submit(op)
    if (submitted.kind === 'refused') {
      this.#held.reset(difference(this.#viewed(), this.#session.components()))
      // Quill is in the middle of reporting the change that is to be taken back.
      queueMicrotask(() => this.#release())
      this.#events.onRefused(submitted.error)
    } else if (setsExclusive(op)) {
      queueMicrotask(() => this.#mend())
    }
  }

  /**
   * Shows what is held at once, unless the last time was just now or the person is writing: then right behind one of
   * their keys, which is when the next one is furthest away.
   */
  #releaseInTime(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#held.isEmpty) return
    const now = performance.now()
    const afterKey = this.#writtenAt + KEY_MS
    const quiet = now < afterKey ? afterKey : this.#writtenAt + NEXT_KEY_MS
    const at = Math.max(this.#releasedAt + this.#pauseMs, Math.min(quiet, this.#heldAt + OLDEST_MS))
    if (now >= at) return this.#release()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#release()
    }, at - now)
  }

  #release(): void {
    if (this.#isComposing || this.#isClosed || this.#held.isEmpty) return
    const began = performance.now()
    // What the browser changed and Quill has not read yet would be read in the middle of applying: read it now.
    this.#quill.update('user')
    const op = this.#held.release()
    this.#heldAt = Number.POSITIVE_INFINITY
    this.#apply(op)
    if (setsExclusive(op)) this.#mend()
    this.#releasedAt = performance.now()
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, SHARE * (this.#releasedAt - began))
  }

  /**
   * Makes the view what the document is. They can differ where two people gave a line formats that exclude each other: Quill keeps
   * the one it was told last, the server the one its rules choose.
   */
  #mend(): void {
    if (this.#isComposing || this.#isClosed || !this.#held.isEmpty || !this.#session.hasLetter) return
    this.#apply(difference(this.#viewed(), this.#session.components()))
  }

  /**
   * As `updateContents`, but for two things. An editor without the focus is changed beneath its selection: putting that back
   * would take the focus. And the selection is put back only where the change disturbed it, because the browser lays the whole
   * letter out for it.
   */
  #apply(op: readonly Component[]): void {
    if (op.length === 0) return
    const { editor, emitter, selection } = this.#quill
    this.#applying(() => {
      const range = this.#quill.hasFocus() ? selection.lastRange : null
      const before = editor.delta
      const change = editor.applyDelta(new Delta(quillOps(op)))
      if (change.length() === 0) return
      if (range !== null) {
        const [start, end] = [range.index, range.index + range.length].map((at) =>
          change.transformPosition(at, true),
        ) as [number, number]
        selection.update('silent')
        const now = selection.lastRange
        if (now?.index !== start || now.length !== end - start)
          this.#quill.setSelection(start, end - start, 'silent')
      }
      emitter.emit('editor-change', 'text-change', change, before, 'api')
      emitter.emit('text-change', change, before, 'api')
    })
  }

  #applying(task: () => void): void {
    this.#isApplying = true
    try {
      task()
    } finally {
      this.#isApplying = false
    }
  }

  #viewed(): readonly Component[] {
    return this.#quill.getContents().ops as Component[]
  }
}

/** What makes `to` of `from`, both documents. */
function difference(from: readonly Component[], to: readonly Component[]): readonly Component[] {
  return canonical(new Delta(quillOps(from)).diff(new Delta(quillOps(to))).ops as Component[])
}

/** The same list in Quill's type, which is not readonly: Quill copies what it is given. */
function quillOps(components: readonly Component[]): Op[] {
  return components as unknown as Op[]
}

function setsExclusive(op: readonly Component[]): boolean {
  return op.some(({ attributes }) => attributes !== undefined && EXCLUSIVE.some((name) => name in attributes))
}
