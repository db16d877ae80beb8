/** Stock ShareDB 7, in memory and on Postgres. */

import { randomUUID } from 'node:crypto'
import type { Database } from '../database.ts'
import type { Letter } from '../load/orders.ts'
import type { Stage } from '../stage.ts'
import { peerProgram } from './peer-packages.ts'
import { Restartable } from './restartable.ts'
import { SharedbControl } from './sharedb-control.ts'
import { sharedbLetters } from './sharedb-letters.ts'
import type { RunningSystem, System } from './system.ts'

const HOST = '127.0.0.1'

export const sharedbInMemory: System = {
  name: 'memory',
  title: 'ShareDB 7, in memory',
  protocol: 'sharedb',
  acknowledges: 'in memory',
  start: (stage) => run(stage, false),
}

export const sharedbOnPostgres: System = {
  name: 'postgres',
  title: 'ShareDB 7 + sharedb-postgres',
  protocol: 'sharedb',
  acknowledges: 'durable',
  start: (stage) => run(stage, true),
}

/**
 * Into the tables, as the adapter would have: through the door it would take the better part of an hour. The letter holds
 * one character over and over, and each op replaces one by the same, so that the stored copy stays true.
 */
async function writeLog(database: Database, letters: Promise<Letter[]>, ops: number): Promise<Letter> {
  const { id, version, length } = (await letters)[0]!
  await database.query(
    `insert into ops (collection, doc_id, version, operation)
     select 'letters', $1, $2::int + n, jsonb_build_object(
       'v', $2::int + n - 1, 'src', 'bench', 'seq', n, 'm', jsonb_build_object('ts', 0),
       'op', jsonb_build_array(
         jsonb_build_object('retain', 1 + (n::bigint * 7919) % ($3::int - 2)),
         jsonb_build_object('insert', 'a'),
         jsonb_build_object('delete', 1)))
     from generate_series(1, $4::int) as n`,
    [id, version, length, ops],
  )
  await database.query(`update snapshots set version = $2 where collection = 'letters' and doc_id = $1`, [
    id,
    version + ops,
  ])
  return { id, version: version + ops, length }
}

async function run(stage: Stage, isDurable: boolean): Promise<RunningSystem> {
  const database = isDurable ? await stage.database() : null
  const env: Record<string, string> = database === null ? {} : { DATABASE_URL: database.url }
  const running = await Restartable.start(stage, [peerProgram('sharedb.mjs')], env)
  const target = () => ({ protocol: 'sharedb', host: HOST, port: running.server.port }) as const
  const create = async () => {
    const id = randomUUID()
    const control = await SharedbControl.open(target(), id, '')
    await control.create()
    control.close()
    return id
  }
  // Stock ShareDB lets everybody in.
  const letters = sharedbLetters({ target, token: () => 'nobody asks', create })
  return {
    database,
    get target() {
      return target()
    },
    get server() {
      return running.server
    },
    ...letters,
    ...(database === null
      ? {}
      : { letterWithLog: (content, ops) => writeLog(database, letters.letters(1, content), ops) }),
    restart: () => running.restart(),
    async close() {
      await running.close()
      if (database !== null) await stage.end(database)
    },
  }
}
