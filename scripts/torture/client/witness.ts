/** Stands between a client and its socket, changes nothing, and writes down what passes. */

import type { WebSocket } from 'ws'
import { type Component, componentsOf } from '../../../ot/component.ts'
import type { ClientSocket } from '../../../test/harness/gated-socket.ts'
import { type Entry, type LedgerFile, tokensIn } from '../check/ledger.ts'

/** What is read of a message. */
interface Message {
  readonly a?: string
  readonly id?: string
  readonly v?: number | null
  readonly src?: string
  readonly seq?: number
  readonly op?: unknown
  readonly data?: { readonly v?: number }
  readonly error?: { readonly code?: string }
}

type Seen = Entry extends infer E ? (E extends Entry ? Omit<E, 'at' | 'letter'> : never) : never

export class Witness {
  readonly #letter: string
  readonly #ledger: LedgerFile
  /** `source seq` of what was sent. */
  readonly #sent = new Set<string>()
  /** Under which the present socket submits what is sent for the first time. */
  #source = ''

  constructor(letter: string, ledger: LedgerFile) {
    this.#letter = letter
    this.#ledger = ledger
  }

  note(entry: Seen): void {
    // The spread of a union is no member of it to the compiler.
    this.#ledger.write({ at: Date.now(), letter: this.#letter, ...entry } as Entry)
  }

  /** @param onClose  called after the client has been told */
  watch(socket: WebSocket, onClose: (code: number) => void = () => {}): ClientSocket {
    const watched: ClientSocket = {
      get readyState() {
        return socket.readyState
      },
      onopen: null,
      onmessage: null,
      onerror: null,
      onclose: null,
      send: (text) => {
        this.#leaves(JSON.parse(text) as Message)
        socket.send(text)
      },
      close: (code, reason) => socket.close(code, reason),
    }
    socket.onopen = (event) => watched.onopen?.(event)
    socket.onerror = (event) => watched.onerror?.(event)
    socket.onmessage = ({ data }) => {
      this.#arrives(JSON.parse(String(data)) as Message)
      watched.onmessage?.({ data })
    }
    socket.onclose = (event) => {
      this.note({ what: 'closed', code: event.code })
      watched.onclose?.(event)
      onClose(event.code)
    }
    return watched
  }

  #leaves(message: Message): void {
    const { a, src: source = this.#source, seq } = message
    if (a !== 'op' || seq === undefined) return
    this.#sent.add(`${source} ${seq}`)
    this.note({ what: 'sent', source, seq, tokens: tokensOf(componentsOf(message.op)) })
  }

  #arrives({ a, id, v, src: source, seq, data, error }: Message): void {
    if (a === 'hs' && id !== undefined) this.#source = id
    if (a === 'op' && source !== undefined && seq !== undefined && this.#sent.has(`${source} ${seq}`)) {
      if (error) this.note({ what: 'refused', source, seq, code: error.code ?? 'without a code' })
      else if (typeof v === 'number') this.note({ what: 'acked', source, seq, version: v + 1 })
    }
    if (error) return
    if (a === 'op' && typeof v === 'number') this.note({ what: 'heard', version: v + 1 })
    if (a === 's' && typeof data?.v === 'number') this.note({ what: 'heard', version: data.v })
    if (a === 's') this.note({ what: 'subscribed' })
  }
}

export function tokensOf(components: readonly Component[]): string[] {
  return components.flatMap(({ insert }) => (typeof insert === 'string' ? tokensIn(insert) : []))
}
