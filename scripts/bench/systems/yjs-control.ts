/** Prepares and reads letters over Hocuspocus' protocol. */

import { spawn } from 'node:child_process'
import { json } from 'node:stream/consumers'
import type { Target } from '../load/orders.ts'
import { varUint, YjsReader } from '../load/yjs-message.ts'
import { MessageSocket } from './message-socket.ts'
import { peerProgram } from './peer-packages.ts'
import type { Content } from './system.ts'

/** An edit of `yjs-updates.mjs`. */
export interface YjsEdit {
  readonly agent: number
  readonly seen?: number
  readonly patches: readonly { readonly at: number; readonly deleted: number; readonly inserted: string }[]
}

/** Updates, one behind the other, and how long the letter is after each. */
export interface YjsUpdates {
  readonly updates: readonly Buffer[]
  readonly lengths: readonly number[]
}

/**
 * Yjs updates that make this content, and then these edits. Yjs is a peer's package: it works in a process of its own.
 */
export async function updatesOf(wanted: {
  readonly delta?: Content
  readonly edits?: readonly YjsEdit[]
}): Promise<YjsUpdates> {
  const child = spawn(process.execPath, [peerProgram('yjs-updates.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(wanted))
  const made = (await json(child.stdout)) as { updates: string[]; lengths: number[] } // of our own program
  return { updates: made.updates.map((update) => Buffer.from(update, 'base64')), lengths: made.lengths }
}

const SYNC = 0
const AUTH = 2
const SYNC_STATUS = 8
const STEP_1 = 0
const STEP_2 = 1
const UPDATE = 2

/** One client of a document, which knows of it how long it was when it was opened. */
export class YjsControl {
  readonly length: number
  readonly #socket: MessageSocket<YjsReader>
  readonly #name: readonly number[]

  private constructor(socket: MessageSocket<YjsReader>, name: readonly number[], length: number) {
    this.#socket = socket
    this.#name = name
    this.length = length
  }

  static async open({ host, port }: Target, id: string): Promise<YjsControl> {
    const name = [...varUint(id.length), ...Buffer.from(id)]
    const socket = await MessageSocket.open(`ws://${host}:${port}/`, {}, (data) => {
      const reader = new YjsReader(data)
      reader.string()
      return reader
    })
    const token = 'nobody asks'
    socket.send(Uint8Array.from([...name, AUTH, 0, ...varUint(token.length), ...Buffer.from(token)]))
    await socket.next((message) => message.varUint() === AUTH)
    socket.send(Uint8Array.from([...name, SYNC, STEP_1, 1, 0]))
    const state = await socket.next((message) => message.varUint() === SYNC && message.varUint() === STEP_2)
    let length = 0
    state.varUint()
    state.update((_author, _from, _to, visible) => {
      length += visible
    })
    return new YjsControl(socket, name, length)
  }

  /** Sends updates one behind the other without waiting, and waits for all acknowledgements. */
  async pour(updates: readonly Uint8Array[]): Promise<void> {
    for (const update of updates) {
      const head = [...this.#name, SYNC, UPDATE, ...varUint(update.length)]
      this.#socket.send(Buffer.concat([Uint8Array.from(head), update]))
    }
    for (const _ of updates) await this.#socket.next((message) => message.varUint() === SYNC_STATUS)
  }

  close(): void {
    this.#socket.close()
  }
}
