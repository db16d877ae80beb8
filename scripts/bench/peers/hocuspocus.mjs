/**
 * Stock Hocuspocus 4 with its database extension on Postgres, with its own defaults: an update is acknowledged and
 * passed on from memory, and the document is stored 2 to 10 seconds after it changed. Prints its address and serves
 * until it is ended.
 */

import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
pool.on('error', () => {})
await pool.query(
  'create table if not exists documents (name text primary key, data bytea not null, stored_at timestamptz not null default now())',
)

const server = new Server({
  port: 0,
  address: '127.0.0.1',
  quiet: true,
  extensions: [
    new Database({
      fetch: async ({ documentName }) => {
        const { rows } = await pool.query('select data from documents where name = $1', [documentName])
        return rows[0]?.data ?? null
      },
      store: async ({ documentName, state }) => {
        await pool.query(
          `insert into documents (name, data) values ($1, $2)
           on conflict (name) do update set data = excluded.data, stored_at = now()`,
          [documentName, state],
        )
      },
    }),
  ],
})
await server.listen()
console.log(`hocuspocus is at http://127.0.0.1:${server.address.port}`)
