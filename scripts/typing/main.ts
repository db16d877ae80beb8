/** Starts a server, people and a browser; types; reports. */

import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { endAll } from '../../test/harness/leftovers.ts'
import { findChromium } from '../../test/harness/programs.ts'
import { startServer } from '../../test/harness/server.ts'
import { memberToken, TEST_SECRET } from '../../test/harness/tokens.ts'
import { describeMachine, thisMachine } from '../bench/machine.ts'
import { UsageError } from '../command-line.ts'
import { ensurePrograms } from '../debian-packages.ts'
import { runToItsEnd } from '../run-to-its-end.ts'
import { measureReturn } from './absence.ts'
import { Desk } from './desk.ts'
import { longLetter } from './long-letter.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { type KeyCost, keysIn, percentile } from './paint.ts'
import { Typist } from './typist.ts'

const AIM_MS = 16
/** Until everything is sent that was written in a day without a network, ms. */
const RETURN_AIM_MS = 10_000
/** A quick typist: eight keys a second, and no rhythm that could fall in step with anything. */
const PAUSE_MS = [80, 170] as const
const WARM_UP_KEYS = 40
/** Niceness. */
const STAND_BACK = 10

/** @returns whether the aim was reached */
async function measure(options: Options): Promise<boolean> {
  await ensurePrograms(['chromium'], runToItsEnd)
  const server = await startServer({ JWT_SECRET: TEST_SECRET })
  const firm = randomUUID()
  const token = (name: string): string => memberToken({ firm, name })
  const desk = await Desk.open(findChromium() ?? '', server.url, token('Ada Marsh'))
  for (const pid of [process.pid, server.pid]) standBack(pid)
  try {
    const id = await desk.create(longLetter(options.characters))
    console.log(`\n${describeMachine(thisMachine(null))}, ${desk.version}`)
    return await (options.away === null
      ? typing(desk, server.url, id, token, options)
      : coming(desk, server.url, id, token, options.away))
  } finally {
    await desk.close()
    await server.stop()
  }
}

/**
 * The server and the others would be on other machines: whatever is to be done for the browser goes before what they do. On Linux
 * the programs of one session share what all sessions get, and stand back together.
 */
function standBack(pid: number): void {
  setPriority(pid, STAND_BACK)
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(STAND_BACK))
  } catch {
    // There is no such thing here.
  }
}

async function coming(
  desk: Desk,
  url: string,
  id: string,
  token: (name: string) => string,
  edits: number,
): Promise<boolean> {
  const {
    shown,
    level,
    longest,
    keys: pressed,
  } = await measureReturn(desk, id, url, token('Ben Okafor'), [edits, 2 * edits])
  console.log(
    `${edits.toLocaleString('en')} edits of a tab that was closed, ${(2 * edits).toLocaleString('en')} of others since, ` +
      `${pressed} keys meanwhile: everything there once\n\n` +
      `ms\nshown                    ${shown.toFixed(0).padStart(8)}\n` +
      `everything sent          ${level.toFixed(0).padStart(8)}  the aim is ${RETURN_AIM_MS}\n` +
      `longest without a turn   ${longest.toFixed(0).padStart(8)}\n`,
  )
  return level <= RETURN_AIM_MS
}

async function typing(
  desk: Desk,
  url: string,
  id: string,
  token: (name: string) => string,
  { characters, people, keys, trace: traceFile }: Options,
): Promise<boolean> {
  const typists: Typist[] = []
  try {
    for (let n = 0; n < people; n++) typists.push(new Typist(url, id, token(`Person ${n}`), n))
    for (const typist of typists) await typist.start()
    await desk.type(WARM_UP_KEYS, PAUSE_MS)
    const before = typists.reduce((sum, { typed }) => sum + typed, 0)
    const began = performance.now()
    const trace = await desk.traced(() => desk.type(keys, PAUSE_MS))
    const seconds = (performance.now() - began) / 1_000
    const others = typists.reduce((sum, { typed }) => sum + typed, 0) - before
    if (traceFile !== null) writeFileSync(traceFile, trace)
    const measured = keysIn(trace)
    if (measured.length < keys * 0.9)
      throw new Error(`only ${measured.length} of ${keys} keys are in the trace`)
    for (const typist of typists) await typist.close()
    await desk.strip(people)
    await desk.type(WARM_UP_KEYS, PAUSE_MS)
    const bare = keysIn(await desk.traced(() => desk.type(keys / 2, PAUSE_MS)))
    console.log(
      `A letter of ${characters.toLocaleString('en')} characters, ${people} others who write ` +
        `${(others / seconds).toFixed(0)} ops a second, ${measured.length} keys\n\n` +
        `ms                 median     p95     p99     max\n` +
        `key to paint     ${shown(measured, 'paint')}\n` +
        `  until handled  ${shown(measured, 'wait')}\n` +
        `  work of it     ${shown(measured, 'work')}  of the page's thread, until the frame is handed over\n` +
        `without an editor${shown(bare, 'paint')}  the same HTML, in which the browser alone writes\n` +
        `  work of it     ${shown(bare, 'work')}\n`,
    )
    const p95 = percentile(
      measured.map(({ paint }) => paint),
      0.95,
    )
    console.log(`p95 ${p95.toFixed(1)} ms; the aim is ${AIM_MS} ms: ${p95 <= AIM_MS ? 'reached' : 'missed'}`)
    return p95 <= AIM_MS
  } finally {
    for (const typist of typists) await typist.close()
  }
}

function shown(keys: readonly KeyCost[], part: keyof KeyCost): string {
  const values = keys.map((key) => key[part])
  return [0.5, 0.95, 0.99, 1].map((share) => percentile(values, share).toFixed(1).padStart(8)).join('')
}

let code = 1
try {
  code = (await measure(readOptions(process.argv.slice(2)))) ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof UsageError) console.error(`\n${USAGE}`)
} finally {
  await endAll()
}
process.exit(code)
