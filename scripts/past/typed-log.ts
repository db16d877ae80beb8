/** Logs of letters that were never typed, for measuring: as long as one likes, straight into the log. */

import type { Component, LetterDocument } from '../../ot/component.ts'
import type { Change, OpRecord } from '../../ot/logged-op.ts'
import { letter } from '../../ot/types.ts'
import type { OpLog } from '../../server/store/op-log.ts'
import { Random } from '../../test/harness/random.ts'

/** Ops appended in one transaction. */
const BATCH = 5_000
/** Between two keys, milliseconds; now and then somebody thinks. */
const KEY_MS = 200
const PAUSE_MS = 10 * 60_000
const EMPTY: LetterDocument = { ops: [{ insert: '\n' }] }
const START = Date.UTC(2026, 0, 1)

/**
 * Writes the log of a letter that some people type, and the stored copy a server would have kept: mostly a few characters at their caret, now and then a deletion, a
 * format, a jump to elsewhere.
 */
export async function typeLog(
  log: OpLog,
  document: number,
  authors: readonly string[],
  count: number,
): Promise<void> {
  const random = new Random(1)
  const carets = authors.map(() => 0)
  let length = 1
  let time = START
  let at = 0
  let ops: OpRecord[] = []
  const flush = async () => {
    await log.append([{ document, expected: at - ops.length, ops, meta: null }])
    ops = []
  }
  let now: unknown = EMPTY
  const push = async (author: string, change: Change) => {
    at++
    if ('op' in change) now = letter.apply(now, change.op)
    ops.push({
      ...{ version: at, body: JSON.stringify(change), source: null, seq: null },
      ...{ author, origin: null, time, meta: null },
    })
    if (ops.length === BATCH) await flush()
  }

  await push(authors[0]!, { create: { type: letter.uri, data: EMPTY } })
  let who = 0
  while (at < count) {
    time += random.chance(0.001) ? PAUSE_MS : KEY_MS
    if (random.chance(0.05)) who = random.below(authors.length)
    if (random.chance(0.02)) carets[who] = random.below(length)
    const caret = Math.min(carets[who]!, length - 1)
    const before: Component[] = caret === 0 ? [] : [{ retain: caret }]
    const dice = random.next()
    if (dice < 0.1 && caret > 0) {
      await push(authors[who]!, {
        op: { ops: caret === 1 ? [{ delete: 1 }] : [{ retain: caret - 1 }, { delete: 1 }] },
      })
      carets[who] = caret - 1
      length--
    } else if (dice < 0.13 && length - caret > 10) {
      await push(authors[who]!, { op: { ops: [...before, { retain: 5, attributes: { bold: true } }] } })
    } else {
      const text = random.chance(0.03)
        ? '\n'
        : 'etaoin shrdlu'.slice(random.below(6), 7 + random.below(3)).slice(0, 2)
      await push(authors[who]!, { op: { ops: [...before, { insert: text }] } })
      carets[who] = caret + text.length
      length += text.length
    }
  }
  if (ops.length > 0) await flush()
  await log.saveSnapshot(document, { version: at, type: letter.uri, data: now })
}
