import type { DeviceStore } from '../../client/sync/device-store.ts'
import type { Wire } from '../../client/sync/link.ts'
import type { Principal } from '../../server/auth/principal.ts'
import type { Random } from '../../test/harness/random.ts'
import { type Editor, type EditorParts, OwnEditor, StockEditor } from './editor.ts'
import { type Ledger, Witness } from './ledger.ts'
import { Line } from './line.ts'
import type { ModelDevice } from './model-device.ts'
import type { SimNode } from './node.ts'
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
  readonly device: ModelDevice
  readonly store: (store: DeviceStore) => DeviceStore
  readonly onResend: () => void
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
  /** An op leaves. */
  onSend: () => void = () => undefined
  /** The ops it has sent, as messages. */
  readonly sent: string[] = []
  /** Since when its line has been sound, by the inspector. */
  soundSince: number | null = null
  soundLine: Line | null = null
  readonly #parts: ClientParts
  readonly #witness: Witness

  constructor(parts: ClientParts) {
    const { name, isOwn, letter, principal, time, random, ledger } = parts
    this.#parts = parts
    this.name = name
    this.letter = letter
    this.principal = principal
    this.#witness = new Witness(ledger)
    const device = parts.device.for(this)
    const editorParts: EditorParts = {
      ...{ letter, member: principal.member, time, random, owner: this },
      open: () => this.#open(),
      device: { ...device, store: parts.store(device.store) },
      onKept: () => this.#witness.kept(),
      onRefused: (why) => this.#witness.refused(`${name}: ${why}`),
    }
    this.editor = time.as(this, () => (isOwn ? new OwnEditor(editorParts) : new StockEditor(editorParts)))
  }

  /** Nothing waits, and it is where the log is. */
  isLevelWith(version: number): boolean {
    const { editor } = this
    return editor.isLive && !editor.hasQueue() && this.#witness.isSettled && editor.version === version
  }

  /** The person does something. */
  edit(): void {
    const { editor } = this
    const letter = editor.letter()
    if (letter === null) return
    const { name, isOwn, time, random, ledger, trace } = this.#parts
    const edit = nextEdit(letter, isOwn, random, ledger)
    trace.note(name, `edits ${JSON.stringify(edit.op)}`)
    time.as(this, () => editor.submit(edit.op))
    this.#witness.wrote(name, this.letter, edit, editor.queue())
  }

  get isOwn(): boolean {
    return this.#parts.isOwn
  }

  get device(): ModelDevice {
    return this.#parts.device
  }

  /** The tab is gone, and whatever the device does not keep. @returns the same person, who opens the letter again */
  kill(): Client {
    this.isGone = true
    this.line?.cut()
    this.#witness.abandoned()
    return new Client({ ...this.#parts, name: `${this.name}'` })
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
    })
    this.line = line
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

  #knock(line: Line, node: SimNode): void {
    if (node.isGone) return line.refuse()
    this.#parts.time.after(0, node, () => void node.admit(line, this.letter, this.principal))
  }
}
