/** Editors that type what they are given, one edit at a time: a recorded one, not a character anywhere. */

import { SharedbEditor } from './sharedb-editor.ts'
import { YjsEditor } from './yjs-editor.ts'

/** An edit as it goes over the wire. */
export interface WireEdit {
  readonly agent: 0 | 1
  /** How many edits of the replay the letter had when this one was made; what its author had received of them. */
  readonly base: number
  /** An op as JSON, or an update. */
  readonly change: string | Uint8Array
}

export interface Retyper {
  /** Sends an edit when its author has received what it builds on; resolves when it is acknowledged. */
  retype(edit: WireEdit): Promise<void>
}

export class SharedbRetyper extends SharedbEditor implements Retyper {
  #edit: WireEdit | null = null
  #done: () => void = () => undefined
  #arrived: (() => void) | null = null

  async retype(edit: WireEdit): Promise<void> {
    const version = this.seat.letter.version + edit.base
    while (this.version < version) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
    this.#edit = edit
    await new Promise<void>((resolve) => {
      this.#done = resolve
      this.typeOne()
    })
  }

  protected override submit(): void {
    const { base, change } = this.#edit!
    this.submitOp(this.seat.letter.version + base, change as string) // ShareDB's kind
  }

  protected override hasArrived(author: SharedbEditor | undefined, seq: number): void {
    super.hasArrived(author, seq)
    this.#arrived?.()
    this.#arrived = null
  }

  protected override hasBeenAcknowledged(): void {
    super.hasBeenAcknowledged()
    this.#done()
  }
}

export class YjsRetyper extends YjsEditor implements Retyper {
  #edit: WireEdit | null = null
  #done: () => void = () => undefined

  async retype(edit: WireEdit): Promise<void> {
    // A Yjs server keeps what builds on something it has not got yet, but in this order it has everything.
    this.#edit = edit
    await new Promise<void>((resolve) => {
      this.#done = resolve
      this.typeOne()
    })
  }

  protected override submit(): void {
    this.submitUpdate(this.#edit!.change as Uint8Array) // Yjs' kind
  }

  protected override hasBeenAcknowledged(): void {
    super.hasBeenAcknowledged()
    this.#done()
  }
}
