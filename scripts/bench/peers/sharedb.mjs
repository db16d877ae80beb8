/**
 * Stock ShareDB 7 with rich-text over ws, wired as its documentation says. With DATABASE_URL its documents are in
 * Postgres, through sharedb-postgres; without it they are in memory. Prints its address and serves until it is ended.
 */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import WebSocketJSONStream from '@teamwork/websocket-json-stream'
import pg from 'pg'
import richText from 'rich-text'
import ShareDB from 'sharedb'
import SubmitRequest from 'sharedb/lib/submit-request.js'
import ShareDBPostgres from 'sharedb-postgres'
import { WebSocketServer } from 'ws'

const url = process.env.DATABASE_URL

countRetries()
ShareDB.types.register(richText.type)
const backend = new ShareDB({
  ...(url === undefined ? {} : { db: await openDb(url) }),
  doNotForwardSendPresenceErrorsToClient: true,
})

const http = createServer()
new WebSocketServer({ server: http }).on('connection', (socket) => {
  // Without these two listeners a connection that is reset ends the process.
  socket.on('error', () => socket.terminate())
  const stream = new WebSocketJSONStream(socket)
  stream.on('error', () => socket.terminate())
  backend.listen(stream)
})
http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 })
await once(http, 'listening')
console.log(`sharedb is at http://127.0.0.1:${http.address().port}`)
process.once('SIGTERM', () => process.exit(0))

async function openDb(connectionString) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const schema = createRequire(import.meta.url).resolve('sharedb-postgres/structure.sql')
  const { rows } = await client.query(`select to_regclass('snapshots') is not null as exists`)
  if (!rows[0].exists) await client.query(readFileSync(schema, 'utf8'))
  await client.end()
  const db = new ShareDBPostgres({ connectionString })
  // An idle connection that breaks would end the process.
  db._pool.on('error', () => {})
  return db
}

/** How often a commit lost its race and was done again; `probe.mjs` reports it. */
function countRetries() {
  let retries = 0
  globalThis.benchRetries = () => retries
  const { retry } = SubmitRequest.prototype
  SubmitRequest.prototype.retry = function counted(...args) {
    retries += 1
    return retry.apply(this, args)
  }
}
