/** Where snapshots are kept: bytes under a name. */

import type { Db } from './db.ts'

export interface ObjectStore {
  /** Durable when it resolves. What had that name before is replaced. */
  put(name: string, bytes: Uint8Array): Promise<void>
  /** Null when there is none of that name. */
  get(name: string): Promise<Uint8Array | null>
  /** Deleting what is not there is no error. */
  delete(name: string): Promise<void>
}

/** The database itself, which every node shares anyway. */
export function sqlObjectStore(db: Db): ObjectStore {
  return {
    async put(name, bytes) {
      await db.query(
        `insert into objects (name, bytes)
         values ($1, decode($2, 'base64'))
         on conflict (name) do update set bytes = excluded.bytes`,
        [name, Buffer.from(bytes).toString('base64')],
      )
      await db.sync()
    },

    async get(name) {
      const [row] = await db.query<{ bytes: string }>(
        `select encode(bytes, 'base64') as bytes
           from objects
          where name = $1`,
        [name],
        'get-object',
      )
      return row === undefined ? null : Buffer.from(row.bytes, 'base64')
    },

    async delete(name) {
      await db.query('delete from objects where name = $1', [name])
    },
  }
}

/** Objects that are moving: new ones go to one place, and those of before are still found, and deleted, in the other. */
export function movedObjectStore(to: ObjectStore, from: ObjectStore): ObjectStore {
  return {
    put: (name, bytes) => to.put(name, bytes),
    get: async (name) => (await to.get(name)) ?? from.get(name),
    async delete(name) {
      await from.delete(name)
      await to.delete(name)
    },
  }
}
