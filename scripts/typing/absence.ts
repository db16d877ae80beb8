/** Coming back to a letter after a day without a network. */

import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { COLLAB_PATH } from '../../ot/wire.ts'
import { until } from '../../test/harness/deadline.ts'
import type { Desk } from './desk.ts'

/** A node bounds how many ops of one socket may wait for their turn. */
const AT_ONCE = 500
const KEY_MS = 150
const RUN = 'some words, as somebody else types them. '

export interface Return {
  /** From opening the letter again until it is there to be read and written in, ms. */
  readonly shown: number
  /** Until the server has everything, and everything of the others has come, ms. */
  readonly level: number
  /** The longest time in which the page did not answer, ms. */
  readonly longest: number
  /** Keys that were pressed in between. */
  readonly keys: number
}

/**
 * Somebody writes for a day without a network, closes the tab, and opens the letter again when others have written as long.
 *
 * @throws when anything is missing afterwards, or there twice
 */
export async function measureReturn(
  desk: Desk,
  letter: string,
  url: string,
  token: string,
  [edits, others]: readonly [number, number],
): Promise<Return> {
  const before = await desk.length()
  await desk.writeAway(edits)
  await writeMany(new URL(COLLAB_PATH + letter, url.replace('http', 'ws')), letter, token, [
    others,
    before - 50,
  ])
  const began = performance.now()
  await desk.openAgain(letter)
  const shown = performance.now() - began
  let keys = 0
  while (!(await desk.isLevel())) {
    await desk.type(1, [0, 0])
    keys += 1
    await pause(KEY_MS)
  }
  const level = performance.now() - began
  const longest = await desk.longestPause()
  const expected = before + edits + others + keys
  await until('every character to be there once', async () => (await desk.length()) === expected, {
    seen: () => `not ${expected} characters`,
  })
  return { shown, level, longest, keys }
}

/** Key after key, forty at one place and then at another, which the server takes as they come. */
async function writeMany(
  url: URL,
  letter: string,
  token: string,
  [count, length]: readonly [number, number],
): Promise<void> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  let acknowledged = 0
  let fault: unknown = null
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as { a: string; seq?: number; error?: unknown }
    if (message.error !== undefined) fault = message.error
    if (message.a === 'op' && message.seq !== undefined) acknowledged += 1
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.send(JSON.stringify({ a: 'hs', id: null }))
  for (let seq = 1; seq <= count; seq++) {
    const at = 1 + ((Math.floor(seq / RUN.length) * 104_729) % length) + (seq % RUN.length)
    const op = [{ retain: at }, { insert: RUN[seq % RUN.length] }]
    socket.send(JSON.stringify({ a: 'op', c: 'letters', d: letter, v: null, seq, op }))
    if (seq % AT_ONCE > 0 && seq < count) continue
    await until('the server to take them', () => acknowledged === seq || fault !== null, { ms: 60_000 })
    if (fault !== null) throw new Error(`the server refused an op: ${JSON.stringify(fault)}`)
  }
  socket.close()
}
