/** Collects what is there when a schedule is over, past the service where that is possible. */

import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Component, componentsOf } from '../../ot/component.ts'
import type { Bed } from './bed.ts'
import type { Copy, LetterEvidence, LoggedRow } from './check/evidence.ts'
import { BOUND_MS } from './check/staleness.ts'

/** Of everybody, after the last fault: to come back, to send what waits, and to hear of the rest. */
const LEVEL_MS = 10_000
const POLL_MS = 40

/**
 * Waits until every client has every letter, hears what is new, and has nothing left to say.
 *
 * @returns who does not, in the end: a sentence each
 */
export async function waitUntilLevel(bed: Bed, letters: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + LEVEL_MS
  for (;;) {
    const behind = await findBehind(bed, letters)
    if (behind.length === 0 || performance.now() > deadline) return behind
    await pause(POLL_MS)
  }
}

async function findBehind(bed: Bed, letters: readonly string[]): Promise<string[]> {
  const standings = await Promise.all(bed.clients.map(({ program }) => program.order('standing', null)))
  // After the clients: what they still had to say is in it.
  const heads = await readHeads(bed, letters)
  return standings.flatMap(({ letters: open }, n) =>
    open.flatMap(({ letter, version, isLive, isWaiting }) => {
      const { kind } = bed.clients[n]!
      const head = heads.get(letter)
      if (isLive && !isWaiting && version === head) return []
      const how = `${isLive ? '' : 'not '}live, ${isWaiting ? 'waiting' : 'idle'}`
      return [`${kind} client ${n} is at version ${version} of ${head} of letter ${letter}, ${how}`]
    }),
  )
}

async function readHeads(bed: Bed, letters: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await bed.db.query<{ id: string; version: number }>(
    `select documents.id, heads.version::int
       from documents join heads on heads.document = documents.number
      where documents.id = any($1)`,
    [letters],
  )
  return new Map(rows.map(({ id, version }) => [id, version]))
}

export async function gatherLetters(bed: Bed, letters: readonly string[]): Promise<LetterEvidence[]> {
  const open = await Promise.all(bed.clients.map(({ program }) => program.order('contents', null)))
  const standings = await Promise.all(bed.clients.map(({ program }) => program.order('standing', null)))
  const heads = await readHeads(bed, letters)
  return Promise.all(
    letters.map(async (id, at) => {
      const shown = bed.clients.map(({ kind }, n): Copy => {
        const version = standings[n]!.letters[at]?.version ?? 0
        return { by: `${kind} client ${n}`, version, content: open[n]!.contents[at] ?? null }
      })
      const head = heads.get(id) ?? 0
      const served = await Promise.all(bed.nodes.map((_, n) => readLevel(bed, n, id, head)))
      return {
        ...{ id, head, log: await readLog(bed, id), stored: await readStored(bed, id) },
        copies: [...shown, ...served],
      }
    }),
  )
}

async function readLog(bed: Bed, id: string): Promise<LoggedRow[]> {
  const { rows } = await bed.db.query<LoggedRow>(
    `select ops.version::int, ops.source, ops.seq::int, ops.author, ops.time::float8, ops.body
       from documents join ops on ops.document = documents.number
      where documents.id = $1 order by ops.version`,
    [id],
  )
  return rows
}

async function readStored(bed: Bed, id: string): Promise<Copy | null> {
  const { rows } = await bed.db.query<{ version: number; data: string }>(
    `select snapshots.version::int, snapshots.data
       from documents join snapshots on snapshots.document = documents.number
      where documents.id = $1`,
    [id],
  )
  const [row] = rows
  if (row === undefined) return null
  return { by: 'the stored copy', version: row.version, content: componentsOf(JSON.parse(row.data)) }
}

/** As the node serves it once it has heard of the last op, for which it has as long as any reader. */
async function readLevel(bed: Bed, n: number, id: string, head: number): Promise<Copy> {
  for (const deadline = Date.now() + BOUND_MS; ; await pause(POLL_MS)) {
    const copy = await readFrom(bed, n, id)
    if (copy.version >= head || Date.now() > deadline) return copy
  }
}

async function readFrom(bed: Bed, n: number, id: string): Promise<Copy> {
  const { token } = bed.clients[0]!.person
  const answer = await fetch(`${bed.nodes[n]!.url}/v1/docs/${id}?content=1`, {
    headers: { authorization: `Bearer ${token}`, connection: 'close' },
  })
  const by = `node ${n}`
  // A connection to Postgres that broke may only now be found out.
  if (!answer.ok) return { by: `${by} (which answers ${answer.status})`, version: 0, content: null }
  const { version, content } = (await answer.json()) as { version: number; content: { ops: Component[] } }
  return { by, version, content: content.ops }
}

/** What a process holds in memory (resident set), bytes. */
export function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kilobytes?.[1] ?? 0) * 1024
}
