import type { Wire } from '../../client/sync/link.ts'
import type { Principal } from '../../server/auth/principal.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Browser } from './browser.ts'
import { type Editor, type EditorParts, OwnEditor, StockEditor } from './editor.ts'
import { type Ledger, Witness } from './ledger.ts'
import { Line } from './line.ts'
import type { SimNode } from './node.ts'
import type { Parts } from './parts.ts'
import type { Trace } from './trace.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'
import { nextEdit } from './writing.ts'

export interface ClientParts {
  readonly name: string
  readonly isOwn: boolean
  readonly letter: string
  readonly principal: Principal
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  readonly ledger: Ledger
  readonly onResend: () => void
  readonly browser: Browser
  readonly says: Parts['says']
  /** The node the balancer would choose now; null when there is none. */
  readonly route: () => SimNode | null
}

/** A client of a run: the editor, its network, and the witness who writes down what it was told. */
export class Client implements Owner {
  isGone = false
  isOffline = false
  readonly name: string
  readonly letter: string
  readonly principal: Principal
  readonly editor: Editor
  line: Line | null = null
  /** The server does not take the next op it sends for the first time. */
  refusesNext = false
  /** It sends an op. */
  onSend: () => void = () => undefined
  /** Lines beside that one: what other tabs left behind goes over them. */
  readonly #others = new Set<Line>()
  /** The ops it has sent, as messages. */
  readonly sent: string[] = []
  /** Since when its line has been sound, by the inspector. */
  soundSince: number | null = null
  soundLine: Line | null = null
  readonly #parts: ClientParts
  readonly #witness: Witness

  constructor(parts: ClientParts) {
    const { name, isOwn, letter, principal, time, random, ledger, browser } = parts
    this.#parts = parts
    this.name = name
    this.letter = letter
    this.principal = principal
    this.#witness = new Witness(ledger, browser.kept)
    const editorParts: EditorParts = {
      ...{ letter, member: principal.member, time, random, owner: this },
      open: () => this.#open(),
      onRefused: (why) => this.#witness.refused(`${name}: ${why}`),
      browser,
      onDraft: (ops) => {
        ledger.drafted(ops)
        this.#witness.inDoubt()
      },
      onTab: (message, hear) => {
        this.#parts.trace.note(name, `tab ${JSON.stringify(message)}`)
        this.#look()
        hear()
        this.#look()
      },
    }
    this.editor = time.as(this, () => (isOwn ? new OwnEditor(editorParts) : new StockEditor(editorParts)))
  }

  /** Nothing waits, and it is where the log is. */
  isLevelWith(version: number): boolean {
    const { editor } = this
    this.#look()
    return (
      editor.isLive &&
      !editor.isGuest &&
      !editor.hasQueue() &&
      this.#witness.isSettled &&
      editor.version === version
    )
  }

  /** The person does something. */
  edit(): void {
    const { editor } = this
    const letter = editor.letter()
    if (letter === null) return
    const { name, isOwn, time, random, ledger, trace } = this.#parts
    const edit = nextEdit(letter, isOwn, random, ledger)
    trace.note(name, `edits ${JSON.stringify(edit.op)}`)
    this.#look()
    time.as(this, () => editor.submit(edit.op))
    this.#witness.wrote(name, this.letter, edit, editor.queue(), editor.isGuest)
  }

  /** The tab is gone, and whatever its device does not hold. */
  kill(): void {
    this.isGone = true
    for (const line of [this.line, ...this.#others]) line?.cut()
    this.#look()
    this.#witness.abandoned(this.browser.holds(), this.editor.keeping)
  }

  /** The person closes the tab, which may take a moment: writes in it no more. */
  async close(): Promise<void> {
    await this.#parts.time.as(this, () => this.editor.close())
    if (!this.isGone) this.kill()
  }

  /** The same person opens the letter in another tab. */
  again(name: string): Client {
    return new Client({ ...this.#parts, name })
  }

  get isOwn(): boolean {
    return this.#parts.isOwn
  }

  get browser(): Browser {
    return this.#parts.browser
  }

  /** What is there of its lines that is not as it should be, is cut. */
  cutUnsound(): void {
    for (const line of [this.line, ...this.#others]) {
      line?.server?.goOn()
      if (line !== null && !line.isSound) line.cut()
    }
  }

  #look(): void {
    const { isGuest, keeping } = this.editor
    this.#witness.looks(this.editor.queue(), isGuest, keeping)
  }

  #open(): Wire {
    const { time, random, trace, route } = this.#parts
    const told = () => this.#witness.heard(this.editor.queue(), this.editor.version)
    const line = new Line({
      time,
      random,
      trace,
      client: this,
      onTold: told,
      onSaid: (text) => this.#said(text),
      refuses: (text) => this.#refuses(text),
      says: (text) => this.#parts.says(text, this.#parts.browser),
    })
    // A courier goes out while there is a line.
    if (this.line !== null && this.line.readyState < 2) this.#others.add(line)
    else this.line = line
    const node = this.isOffline ? null : route()
    if (node === null) line.refuse()
    else time.after(random.next() * 3, null, () => this.#knock(line, node))
    return line
  }

  #said(text: string): void {
    if (!text.startsWith('{"a":"op"')) return
    this.onSend()
    const seq = /"seq":\d+,/.exec(text)?.[0] ?? ''
    if (this.sent.some((before) => before.includes(seq))) this.#parts.onResend()
    this.sent.push(text)
  }

  /** What the server answers instead of taking the op; null when it takes it. An op that it may have taken before it takes. */
  #refuses(text: string): string | null {
    if (!text.startsWith('{"a":"op"')) return null
    const { a, c, d, v, src, seq } = JSON.parse(text) as Record<string, unknown>
    const { taken, refused } = this.#parts.browser
    const name = `${src} ${seq}`
    if (this.refusesNext && !taken.has(name)) {
      this.refusesNext = false
      refused.add(name)
    }
    if (!refused.has(name)) {
      taken.add(name)
      return null
    }
    const error = { code: 'op/does-not-fit', message: 'refused by the run' }
    return JSON.stringify({ a, c, d, v, src, seq, error })
  }

  #knock(line: Line, node: SimNode): void {
    if (node.isGone) return line.refuse()
    this.#parts.time.after(0, node, () => void node.admit(line, this.letter, this.principal))
  }
}
