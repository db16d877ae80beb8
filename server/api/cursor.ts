/** Where a page of a list ended, as a word that callers hand back and need not understand. */

import { UUID } from '../../ot/wire.ts'
import type { Position } from '../doc/letters.ts'

export function encodeCursor(position: Position): string {
  return Buffer.from(`${position.createdUs} ${position.id}`).toString('base64url')
}

/** @returns null for a word that was never handed out */
export function decodeCursor(cursor: string): Position | null {
  const [time = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ')
  return /^\d{1,16}$/.test(time) && UUID.test(id) && rest.length === 0
    ? { createdUs: Number(time), id }
    : null
}
