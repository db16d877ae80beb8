/** A log, played from its beginning: the letter at its end, and where every token came and went. */

import { type Component, canonical, componentsOf, type Insert } from '../../../ot/component.ts'
import { letter } from '../../../ot/letter.ts'
import type { Change } from '../../../ot/logged-op.ts'
import type { LoggedRow } from './evidence.ts'
import { tokensIn } from './ledger.ts'

export interface Replayed {
  readonly version: number
  readonly content: readonly Insert[]
  /** Every version that put the token in: one, when all is well. */
  readonly insertedBy: ReadonlyMap<string, readonly LoggedRow[]>
  /** As JSON, of the versions asked for. */
  readonly at: ReadonlyMap<number, string>
}

/**
 * @param wanted  versions to be kept
 * @throws when an op does not fit, or a version is missing
 */
export function replay(log: readonly LoggedRow[], wanted: readonly number[]): Replayed {
  let document: unknown = null
  let version = 0
  const insertedBy = new Map<string, LoggedRow[]>()
  const at = new Map<number, string>()
  for (const row of log) {
    if (row.version !== version + 1) throw new Error(`version ${version + 1} is missing from the log`)
    const change = JSON.parse(row.body) as Change // written by the server
    if ('create' in change) document = letter.ottype.create(change.create.data)
    else if ('op' in change) document = letter.ottype.apply(document, change.op)
    else throw new Error(`version ${row.version} deletes the letter`)
    version = row.version
    for (const token of tokensInserted(change)) {
      const rows = insertedBy.get(token)
      if (rows === undefined) insertedBy.set(token, [row])
      else rows.push(row)
    }
    if (wanted.includes(version)) at.set(version, contentText(componentsOf(document)))
  }
  if (document === null) throw new Error('the log is empty')
  return { version, content: componentsOf(document) as readonly Insert[], insertedBy, at } // inserts only
}

/** Equal for equal letters, and for no others. */
export function contentText(components: readonly Component[]): string {
  return JSON.stringify(canonical(components))
}

function tokensInserted(change: Change): string[] {
  const content = 'create' in change ? change.create.data : 'op' in change ? change.op : undefined
  if (content === undefined) return []
  return componentsOf(content).flatMap(({ insert }) => (typeof insert === 'string' ? tokensIn(insert) : []))
}
