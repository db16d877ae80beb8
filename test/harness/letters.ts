/** Letters over REST, as a program would make and read them. */

import { expect } from 'chai'

/** A letter of the member the token names; answers its id. */
export async function newLetter(serverUrl: string, token: string, title = 'A letter'): Promise<string> {
  const response = await fetch(`${serverUrl}/v1/docs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title, type: 'letter' }),
  })
  expect(response.status, 'the status of POST /v1/docs').to.equal(201)
  return ((await response.json()) as { id: string }).id
}

export interface ReadLetter {
  readonly version: number
  readonly content: unknown
  readonly text: string
}

/** What the server has durably. */
export async function readLetter(serverUrl: string, id: string, token: string): Promise<ReadLetter> {
  const response = await fetch(`${serverUrl}/v1/docs/${id}?content=1`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(response.status, 'the status of GET /v1/docs/:id').to.equal(200)
  const { version, content } = (await response.json()) as { version: number; content: unknown }
  return { version, content, text: letterText(content) }
}

/** The text of a letter, an embed as one character. */
export function letterText(letter: unknown): string {
  const { ops } = letter as { ops: readonly { insert: unknown }[] }
  return ops.map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc')).join('')
}
