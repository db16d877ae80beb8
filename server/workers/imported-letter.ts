/** What a document of another program becomes here: its id and its title. */

import { createHash } from 'node:crypto'
import { letter } from '../../ot/types.ts'
import { LIMITS, UUID } from '../../ot/wire.ts'
import type { ForeignKey } from '../store/foreign-log.ts'

/** A UUID stays. Any other name leads to one, always to the same: version 8 of RFC 9562, made of its SHA-256. */
export function letterId({ collection, id }: ForeignKey): string {
  return UUID.test(id) ? id : derivedId('document', collection, id)
}

/** The member who owns what was imported into a firm, unless somebody is named. */
export function importerOf(firm: string): string {
  return derivedId('importer', firm)
}

function derivedId(...names: readonly string[]): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify(['sharedb-postgres', ...names]))
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The first line that says something; without one, the id. */
export function titleOf(data: unknown, id: string): string {
  for (const line of textOf(data).split('\n')) {
    const title = plain(line)
    if (title !== '') return title
  }
  return plain(id) || 'Untitled'
}

function textOf(data: unknown): string {
  if (data === null) return ''
  // The cast is what a letter is: inserts only.
  const { ops } = letter.parseCreate(data) as { readonly ops: readonly { readonly insert: unknown }[] }
  return ops.map(({ insert }) => (typeof insert === 'string' ? insert : '')).join('')
}

/** Characters that a line of a list cannot show. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu

function plain(line: string): string {
  const title = line.replace(NOT_PLAIN, ' ').trim().slice(0, LIMITS.titleLength)
  // What was cut through is half a pair now.
  return title.replace(/\p{Cs}$/u, '').trim()
}
