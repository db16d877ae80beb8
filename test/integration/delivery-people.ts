/** People who have letters on a node, and the ways in which they come to it. */

import { randomUUID } from 'node:crypto'
import { type StockClient, type StockClientOptions, stockClient } from '../harness/stock-client.ts'
import { memberToken } from '../harness/tokens.ts'
import { RawSocket, type RawSocketOptions } from './delivery-socket.ts'

export interface Person {
  readonly id: string
  readonly firm: string
  readonly token: string
}

/** What a letter is, as REST shows it. */
export interface Letter {
  readonly version: number
  readonly content: { readonly ops: readonly unknown[] }
}

/** The ways in. */
export interface Visits {
  /** A new letter that holds one newline. @returns its id */
  letter(author?: Person): Promise<string>
  read(letter: string, reader?: Person): Promise<Letter>
  /** A socket that speaks the protocol by hand, greeted by the server. */
  knock(letter: string, who?: Person, options?: RawSocketOptions): Promise<RawSocket>
  /** The package of ShareDB as published. */
  stock(letter: string, who?: Person, options?: StockClientOptions): StockClient
}

const FIRM: string = randomUUID()

/** Somebody whom the server has not met, in the firm of all the others unless told otherwise. */
export function person({ firm = FIRM, expiresIn = 3_600 } = {}): Person {
  const id = randomUUID()
  return { id, firm, token: memberToken({ sub: id, firm, expiresIn }) }
}

export const ADA = person()
export const BEN = person()

export function visitsTo(url: string): Visits {
  return {
    async letter(author = ADA) {
      const answer = await ask(url, author, 'POST', '/v1/docs', { title: 'A letter', type: 'letter' })
      return (answer as { id: string }).id
    },
    read: (letter, reader = ADA) =>
      ask(url, reader, 'GET', `/v1/docs/${letter}?content=1`) as Promise<Letter>,
    knock: (letter, who = ADA, options = {}) =>
      RawSocket.open(url, letter, { authorization: `Bearer ${who.token}` }, options),
    stock: (letter, who = ADA, options = {}) => stockClient(url, letter, who.token, options),
  }
}

async function ask(url: string, { token }: Person, method: string, path: string, body?: object) {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as unknown
}
