/**
 * How smoothly the past of a long letter is looked at: pictures a second in Chromium, of a letter with 100,000 ops by five
 * people, while its history plays and while the slider is dragged from one end to the other.
 *
 *   npm run build && TEST_DATABASE_URL=postgres://… CHROMIUM_PATH=… npx tsx scripts/bench/slider-frames.ts [ops]
 */

import { randomUUID } from 'node:crypto'
import type { Component, LetterDocument } from '../../ot/component.ts'
import { letter } from '../../ot/letter.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { page, type WatchedPage } from '../../test/harness/browser.ts'
import { endAll } from '../../test/harness/leftovers.ts'
import { freshDatabase } from '../../test/harness/postgres.ts'
import { Random } from '../../test/harness/random.ts'
import { startServer } from '../../test/harness/server.ts'
import { thisMachine } from './machine.ts'

const AIM = 30
const SECONDS = 8
const PEOPLE = 5
const BATCH = 2_000
const WORDS =
  'the driver was negligent in that he failed to keep a proper lookout at the junction of Mill Lane'

/** What people do to a letter: bursts of typing here and there, some of it taken out again, some of it made bold. */
function* edits(count: number): Generator<{ op: unknown; person: number }> {
  const random = new Random(1)
  let document: LetterDocument = { ops: [{ insert: '\n' }] }
  let [at, left, person] = [0, 0, 0]
  for (let made = 0; made < count; made++) {
    const length = letter.length(document)
    if (left-- === 0) {
      ;[at, left, person] = [random.below(length), 5 + random.below(120), random.below(PEOPLE)]
    }
    at = Math.min(at, length - 1)
    const kind = random.next()
    const place: Component[] = at === 0 ? [] : [{ retain: at }]
    let does: Component = { insert: made % 90 === 89 ? '\n' : WORDS[made % WORDS.length]! }
    if (kind < 0.15 && at > 0) {
      place[0] = { retain: at - 1 }
      if (at === 1) place.pop()
      does = { delete: 1 }
      at--
    } else if (kind < 0.17 && length > at + 12) does = { retain: 10, attributes: { bold: true } }
    else at++
    const op = letter.parseOp({ ops: [...place, does] })
    document = letter.apply(document, op) as LetterDocument
    yield { op, person }
  }
}

/** Writes the log as if it had been typed over some days. @returns when it is there */
async function fill(url: string, id: string, people: readonly string[], count: number): Promise<void> {
  const db = await openPostgres(url)
  try {
    const log = new OpLog(db)
    const document = await log.name('letters', id)
    const start = Date.now() - count * 2_000
    let ops = []
    let expected = 1
    for (const { op, person } of edits(count)) {
      ops.push({
        ...{ version: expected + ops.length + 1, body: JSON.stringify({ op }), source: null, seq: null },
        ...{
          author: people[person]!,
          origin: null,
          time: start + (expected + ops.length) * 2_000,
          meta: null,
        },
      })
      if (ops.length < BATCH && expected + ops.length <= count) continue
      await log.append([{ document, expected, ops, meta: null }])
      expected += ops.length
      ops = []
    }
  } finally {
    await db.close()
  }
}

/** In the page: counts what is drawn while `drive` runs, in frames and in versions of the letter. */
const MEASURE = `async ([seconds, drive]) => {
  const sheet = document.querySelector('.past-sheet .ql-editor')
  const slider = document.querySelector('.slider-input')
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
  let drawn = 0
  let hasDrawn = false
  const watch = new MutationObserver(() => { hasDrawn = true })
  watch.observe(sheet, { childList: true, subtree: true, characterData: true })
  const gaps = []
  const begun = performance.now()
  let last = begun
  while (last - begun < seconds * 1000) {
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    gaps.push(now - last)
    last = now
    if (hasDrawn) drawn++
    hasDrawn = false
    if (drive === 'play') continue
    const part = Math.min(1, (now - begun) / (seconds * 1000))
    const version = 1 + Math.round((slider.max - 1) * (drive === 'forwards' ? part : 1 - part))
    set.call(slider, version)
    slider.dispatchEvent(new Event('input', { bubbles: true }))
  }
  watch.disconnect()
  gaps.sort((a, b) => a - b)
  const at = (share) => gaps[Math.floor((gaps.length - 1) * share)]
  const took = (last - begun) / 1000
  return { frames: gaps.length / took, drawn: drawn / took, p50: at(0.5), p95: at(0.95), worst: at(1) }
}`

interface Measured {
  readonly frames: number
  readonly drawn: number
  readonly p50: number
  readonly p95: number
  readonly worst: number
}

async function measure(
  { page: tab }: WatchedPage,
  drive: 'play' | 'forwards' | 'backwards',
): Promise<Measured> {
  return tab.evaluate<Measured>(`(${MEASURE})(${JSON.stringify([SECONDS, drive])})`)
}

function report(what: string, { frames, drawn, p50, p95, worst }: Measured): boolean {
  const round = (value: number) => value.toFixed(1).padStart(6)
  console.log(
    `${what.padEnd(44)}${round(frames)} frames/s${round(drawn)} versions/s   frame ms p50${round(p50)} p95${round(p95)} worst${round(worst)}`,
  )
  return drawn >= AIM
}

async function main(count: number): Promise<boolean> {
  const database = await freshDatabase()
  const server = await startServer({ DATABASE_URL: database.url })
  const people: string[] = []
  const watched = await page({ viewport: { width: 1280, height: 900 } })
  const call = async (
    method: string,
    path: string,
    data: object,
  ): Promise<{ id: string; member: { id: string } }> => {
    const response = await watched.context.request.fetch(server.url + path, {
      ...{ method, data },
      headers: { origin: server.url },
    })
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()}`)
    return response.json()
  }
  for (let person = 0; person < PEOPLE; person++) {
    people.push((await call('POST', '/v1/session', { name: `Editor ${person + 1}` })).member.id)
  }
  const { id } = await call('POST', '/v1/docs', { id: randomUUID(), title: 'A long letter', type: 'letter' })
  const filling = performance.now()
  await fill(database.url, id, people, count)
  console.log(
    `${count} ops written in ${((performance.now() - filling) / 1000).toFixed(1)} s; ${JSON.stringify(thisMachine(null))}`,
  )

  const opening = performance.now()
  await watched.page.goto(`${server.url}/letters/${id}/history`)
  await watched.page.locator('.slider-input[max="' + (count + 1) + '"]').waitFor({ timeout: 60_000 })
  await watched.page.locator('.past-sheet p').first().waitFor()
  const letterSize = await watched.page.evaluate<[number, number]>(
    `[document.querySelector('.past-sheet').textContent.length, document.querySelectorAll('.past-sheet .ql-editor > *').length]`,
  )
  console.log(
    `opened in ${(performance.now() - opening).toFixed(0)} ms: ${letterSize[0]} characters in ${letterSize[1]} lines`,
  )

  const aims = []
  report('dragged backwards, nothing fetched yet', await measure(watched, 'backwards'))
  // Once through, so that the ops are there; then as a person goes to and fro.
  await watched.page.locator('.slider-input').press('Home')
  await watched.page.getByRole('button', { name: /^Speed/ }).click()
  await watched.page.getByRole('menuitemradio', { name: '8×' }).click()
  await watched.page.getByRole('button', { name: 'Play' }).click()
  aims.push(report('played at 8×', await measure(watched, 'play')))
  await watched.page.getByRole('button', { name: 'Play' }).waitFor({ timeout: 120_000 })
  aims.push(report('dragged backwards', await measure(watched, 'backwards')))
  aims.push(report('dragged forwards', await measure(watched, 'forwards')))
  await watched.page.getByRole('button', { name: 'Authors' }).click()
  await watched.page.locator('.past-written').first().waitFor()
  await watched.page.locator('.slider-input').press('Home')
  await watched.page.getByRole('button', { name: 'Play' }).click()
  aims.push(report('played at 8×, with the colours of its authors', await measure(watched, 'play')))
  const heap = await watched.page.evaluate<number>('performance.memory.usedJSHeapSize')
  console.log(`heap of the page: ${(heap / 2 ** 20).toFixed(0)} MiB`)
  watched.expectNoErrors()
  await watched.close()
  await server.stop()
  await database.drop()
  return aims.every(Boolean)
}

try {
  const isEnough = await main(Number(process.argv[2] ?? 100_000))
  console.log(
    isEnough
      ? `every one shows ${AIM} versions a second or more`
      : `NOT every one shows ${AIM} versions a second`,
  )
  process.exitCode = isEnough ? 0 : 1
} finally {
  await endAll()
}
