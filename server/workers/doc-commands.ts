/** Looking into documents: their lives op by op, and whether all that is stored of them agrees. */

import type { LoggedOp } from '../../ot/logged-op.ts'
import { COLLECTION_TYPE, documentType } from '../../ot/types.ts'
import type { Collection } from '../../ot/wire.ts'
import type { DocumentKey } from '../doc/types.ts'
import { documentNames } from '../store/catalogue.ts'
import type { Queryable } from '../store/db.ts'
import type { OpLog } from '../store/op-log.ts'
import { describeOp, text } from './describe-op.ts'
import { opsTo, type Verdict, verifyDocument } from './verify.ts'

/** Takes a line; resolves when there is room for the next. */
export type Say = (line: string) => Promise<void>

/** There is no such document. */
export class UnknownDocument extends Error {
  override readonly name = 'UnknownDocument'

  constructor(key: DocumentKey) {
    super(`There is no document ${nameOf(key)}.`)
  }
}

/**
 * Prints the ops that led to the versions `from` to `to`, one a line.
 *
 * @param to  null means the newest
 * @returns   the newest version there is
 * @throws    UnknownDocument; CollabError document/log-broken at a hole, after the ops before it were printed
 */
export async function printLog(
  log: OpLog,
  { collection, id }: DocumentKey,
  from: number,
  to: number | null,
  say: Say,
): Promise<number> {
  const stored = await log.find(collection, id)
  if (stored === null) throw new UnknownDocument({ collection, id })
  const end = Math.min(to ?? stored.version, stored.version)
  const width = String(end).length
  const type = COLLECTION_TYPE[collection as Collection] // undefined for a collection of somebody else's
  for await (const op of opsTo(log, stored.document, end, from - 1)) {
    await say(`${String(op.version).padStart(width)}  ${whoAndWhen(op)}  ${describeOp(op, type)}`)
  }
  return stored.version
}

/** @throws UnknownDocument */
export async function verifyOne(log: OpLog, key: DocumentKey, say: Say): Promise<Verdict> {
  const verdict = await verifyDocument(log, key, documentType)
  if (verdict === null) throw new UnknownDocument(key)
  const { version, problems } = verdict
  await say(
    `${nameOf(key)}: version ${version}, ${problems.length === 0 ? 'everything agrees' : 'does not agree'}`,
  )
  for (const problem of problems) await say(`  ${text(problem)}`)
  return verdict
}

/** @returns how many documents do not agree */
export async function verifyAll(log: OpLog, db: Queryable, say: Say): Promise<number> {
  let documents = 0
  let ill = 0
  for await (const name of documentNames(db)) {
    documents++
    const verdict = await verifyDocument(log, name, documentType)
    const problems = verdict?.problems ?? ['it has a name, but no head']
    if (problems.length > 0) ill++
    for (const problem of problems) await say(`${nameOf(name)}: ${text(problem)}`)
  }
  await say(`documents replayed: ${documents}, ${ill === 0 ? 'everything agrees' : `do not agree: ${ill}`}`)
  return ill
}

function whoAndWhen({ time, author, origin, source, seq }: LoggedOp): string {
  // What stands before the dot tells sources apart; the rest is the member, and a signature nobody else needs.
  const nonce = source === null ? '-' : text(source.split('.', 1)[0]!.slice(0, 12))
  return [
    new Date(time).toISOString(),
    (author ?? '-').padEnd(36),
    (origin ?? '-').padEnd(8),
    nonce.padEnd(12),
    String(seq ?? '-').padStart(5),
  ].join('  ')
}

function nameOf({ collection, id }: DocumentKey): string {
  return text(`${collection}/${id}`)
}
