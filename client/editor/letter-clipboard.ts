import type Quill from 'quill/core.js'
import type { Range } from 'quill/core.js'
import Clipboard from 'quill/modules/clipboard.js'
import { LIMITS } from '../../ot/wire.ts'
import { cleanPaste, type PastedInsert } from './clean-paste.ts'
import { htmlSlices } from './html-slices.ts'
import { LongPaste } from './long-paste.ts'
import { SLICE, textSlices } from './paste-slices.ts'

type Content = { readonly html?: string; readonly text?: string }
type Formats = Record<string, unknown>
type Converted = ReturnType<Clipboard['convert']>
type Options = ConstructorParameters<typeof Clipboard>[1] & {
  /** What was pasted is longer than a letter can be; nothing of it was written. */
  onTooLong?(): void
}

type Matcher = (node: Node, delta: Converted) => Converted

/** What office programs and web pages write that Quill by itself misreads. */
const MATCHERS: readonly (readonly [selector: string, matcher: Matcher])[] = [
  // It would keep their source as words.
  ['script, noscript, template, title', (_node, delta) => withOps(delta, [])],
  // Chromium's own mark at the end of what it copies: not an empty line.
  ['br.Apple-interchange-newline', (_node, delta) => withOps(delta, [])],
  // Words that a tracked change took out must not read as if they stood.
  ['del', (_node, delta) => formatted(delta, 'strike', true)],
  ['font[color]', (node, delta) => formatted(delta, 'color', (node as Element).getAttribute('color'))],
  ['[style*="vertical-align"]', matchScript],
  ['th', (_node, delta) => withOps(delta, [...delta.ops, { insert: '\n' }])],
]

/** Google Docs has no `sup`. */
function matchScript(node: Node, delta: Converted): Converted {
  const raised = (node as HTMLElement).style.verticalAlign
  return raised === 'super' || raised === 'sub' ? formatted(delta, 'script', raised) : delta
}

function formatted(delta: Converted, name: string, value: unknown): Converted {
  return withOps(
    delta,
    delta.ops.map((op) => ({ ...op, attributes: { [name]: value, ...op.attributes } })),
  )
}

function withOps(delta: Converted, ops: Converted['ops']): Converted {
  delta.ops = ops
  return delta
}

/** What is pasted or dropped keeps only what letters know, and a long paste is written little by little. */
export class LetterClipboard extends Clipboard {
  #paste: LongPaste | null = null

  constructor(quill: Quill, options: Options) {
    super(quill, options)
    for (const [selector, matcher] of MATCHERS) this.addMatcher(selector, matcher)
  }

  override convert(content: Content, formats?: Formats): Converted {
    return cleaned(super.convert(content, formats))
  }

  override onPaste(range: Range, content: Content): void {
    this.finish()
    const formats = this.quill.getFormat(range.index)
    const isCode = formats['code-block'] !== undefined
    const size = Math.max(content.text?.length ?? 0, isCode ? 0 : (content.html?.length ?? 0))
    if (size <= SLICE) return super.onPaste(range, content)
    const body = !isCode && content.html ? this.#parse(content.html) : null
    const length = body ? lengthOfWords(body) : (content.text?.length ?? 0)
    if (this.quill.getLength() - range.length + length > LIMITS.documentLength) {
      return (this.options as Options).onTooLong?.()
    }
    const slices = body ? this.#convertHtml(body) : this.#convertText(content.text ?? '', formats)
    this.#paste = new LongPaste(this.quill, range, slices)
  }

  /** Writes at once what is left of a long paste. */
  finish(): void {
    this.#paste?.finish()
    this.#paste = null
  }

  /** Takes back what was written of a long paste, because the rest cannot be. */
  takeBack(): void {
    this.#paste?.takeBack()
    this.#paste = null
  }

  *#convertText(text: string, formats: Formats): Generator<Converted> {
    for (const slice of textSlices(text)) yield this.convert({ text: slice }, formats)
  }

  *#convertHtml(body: HTMLElement): Generator<Converted> {
    let last: string | null = null
    for (const slice of htmlSlices(body)) {
      if (last !== null) yield cleaned(this.convertHTML(last))
      last = slice
    }
    // Of the last line feed of all, as of any paste, only the words before it are meant.
    if (last !== null) yield this.convert({ html: last })
  }

  #parse(html: string): HTMLElement {
    const parsed = new DOMParser().parseFromString(html, 'text/html')
    this.normalizeHTML(parsed)
    return parsed.body
  }
}

function cleaned(delta: Converted): Converted {
  return withOps(delta, cleanPaste(delta.ops as PastedInsert[]) as Converted['ops'])
}

/** A source of HTML is indented; that is not part of the words. */
function lengthOfWords(body: HTMLElement): number {
  return (body.textContent ?? '').replace(/\s+/g, ' ').length
}
