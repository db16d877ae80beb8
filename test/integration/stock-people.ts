/** People of one firm, and a server on the stock adapter they meet on. */

import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { type StockClient, stockClient } from '../harness/stock-client.ts'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'

export const FIRM = randomUUID()
export const [ADA, BEN] = [randomUUID(), randomUUID()]
export const tokens = {
  ada: memberToken({ sub: ADA, firm: FIRM }),
  ben: memberToken({ sub: BEN, firm: FIRM }),
}

export function start(
  databaseUrl: string,
  options: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const own = { DATABASE_URL: databaseUrl, JWT_SECRET: TEST_SECRET, OP_LOG: 'sharedb-postgres' }
  return startServer({ ...own, ...options })
}

export interface LetterReply {
  readonly id: string
  readonly version: number
  readonly updatedBy: string | null
  readonly content?: unknown
}

export async function rest<T = LetterReply>(
  server: RunningServer,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const answer = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${tokens.ada}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  return { status: answer.status, ...((await answer.json()) as object) } as T // what the door promises
}

export async function newLetter(server: RunningServer): Promise<string> {
  return (await rest(server, 'POST', '/v1/docs', { title: 'Stock', type: 'letter' })).id
}

export async function join(server: RunningServer, id: string, token: string): Promise<StockClient> {
  const client = stockClient(server.url, id, token)
  await client.subscribed()
  return client
}

/** The text and formats a client holds. */
export function held(client: StockClient): unknown {
  return JSON.parse(JSON.stringify(client.doc.data))
}

/** Both hold the same version with nothing on the way. */
export async function together(...clients: readonly StockClient[]): Promise<void> {
  await Promise.all(clients.map((client) => client.settled()))
  const newest = Math.max(...clients.map(({ doc }) => doc.version ?? 0))
  await until('everybody to be level', () => clients.every(({ doc }) => doc.version === newest))
  for (const client of clients) expect(held(client)).to.deep.equal(held(clients[0]!))
}
