/** Facts of this database that every node must share. */

import { randomBytes } from 'node:crypto'
import type { Queryable } from './db.ts'

const KEY_BYTES = 32

/**
 * A random key, made the first time it is asked for.
 *
 * Nodes that start at once all bring a key of their own, and all leave with the one that came first: the
 * update that changes nothing makes the losers wait for the winner's row, and read it.
 */
export async function secret(db: Queryable, name: string): Promise<Uint8Array> {
  const rows = await db.query<{ value: string }>(
    `insert into settings (name, value)
     values ($1, $2)
     on conflict (name) do update set value = settings.value
     returning value`,
    [name, randomBytes(KEY_BYTES).toString('base64url')],
  )
  return Buffer.from(rows[0]!.value, 'base64url')
}
