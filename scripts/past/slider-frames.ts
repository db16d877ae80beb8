/**
 * How smoothly the past of a long letter is looked at: pictures a second in Chromium, of a letter with 100,000 ops by five
 * people, while its history plays and while the slider is dragged from one end to the other: `npm run measure:slider`, after
 * a build. It needs a Postgres that may be used (TEST_DATABASE_URL) and makes a database of its own there.
 */

import { randomUUID } from 'node:crypto'
import { OpLog } from '../../server/store/op-log.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { page, type WatchedPage } from '../../test/harness/browser.ts'
import { endAll } from '../../test/harness/leftovers.ts'
import { freshDatabase } from '../../test/harness/postgres.ts'
import { startServer } from '../../test/harness/server.ts'
import { memberToken, TEST_SECRET } from '../../test/harness/tokens.ts'
import { describeMachine, thisMachine } from '../bench/machine.ts'
import { typeLog } from './typed-log.ts'

/** Versions a second, and how long the first page of a history may take. */
const AIM = 30
const PAGE_MS = 100
/** Less than it takes to play the letter at its fastest. */
const SECONDS = 7
const PEOPLE = 5

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

/** @returns whether it is smooth: what has to be fetched first cannot be there with every picture */
function report(what: string, measured: Measured, isHere = true): boolean {
  const { frames, drawn, p50, p95, worst } = measured
  const round = (value: number) => value.toFixed(1).padStart(6)
  console.log(
    `${what.padEnd(44)}${round(frames)} frames/s${round(drawn)} versions/s   frame ms p50${round(p50)} p95${round(p95)} worst${round(worst)}`,
  )
  return (isHere ? drawn : frames) >= AIM
}

async function main(count: number): Promise<boolean> {
  console.log(describeMachine(thisMachine(null)))
  const database = await freshDatabase()
  const server = await startServer({ DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET })
  const watched = await page({ viewport: { width: 1280, height: 900 } })
  const { request } = watched.context
  const ask = async (method: string, path: string, data?: object): Promise<unknown> => {
    const headers = { origin: server.url }
    const response = await request.fetch(server.url + path, { method, headers, ...(data && { data }) })
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()}`)
    return response.json()
  }
  const [id, firm] = [randomUUID(), randomUUID()]
  const people: string[] = []
  for (let person = 1; person <= PEOPLE; person++) {
    const token = memberToken({ firm, name: `Editor ${person}` })
    const { member } = (await ask('POST', '/v1/session', { token })) as { member: { id: string } }
    people.push(member.id)
  }
  const db = openPostgres(database.url, { statementTimeoutMs: 60_000 })
  const log = new OpLog(db)
  await typeLog(log, await log.name('letters', id), people, count)
  await db.query(
    'insert into letters (id, firm, title, created_by) values ($1::uuid, $2::uuid, $3, $4::uuid)',
    [id, firm, 'A long letter', people[0]!],
  )
  await db.close()

  const pages: number[] = []
  for (let time = 0; time < 5; time++) {
    const asked = performance.now()
    await ask('GET', `/v1/docs/${id}/history`)
    pages.push(performance.now() - asked)
  }
  console.log(
    `first page of the history of ${count} ops: ${pages.map((ms) => ms.toFixed(0)).join(', ')} ms (aim ${PAGE_MS})`,
  )

  const opening = performance.now()
  await watched.page.goto(`${server.url}/letters/${id}/history`)
  await watched.page.locator(`.slider-input[max="${count}"]`).waitFor({ timeout: 60_000 })
  await watched.page.locator('.past-sheet p').first().waitFor()
  const [characters, lines] = await watched.page.evaluate<[number, number]>(
    `[document.querySelector('.past-sheet').textContent.length, document.querySelectorAll('.past-sheet .past-part > *').length]`,
  )
  const opened = (performance.now() - opening).toFixed(0)
  console.log(`opened in ${opened} ms: ${characters} characters in ${lines} lines`)

  const slider = watched.page.locator('.slider-input')
  const play = watched.page.getByRole('button', { name: 'Play', exact: true })
  const enough = [pages.every((ms) => ms <= PAGE_MS)]
  enough.push(report('dragged backwards, nothing fetched yet', await measure(watched, 'backwards'), false))
  await slider.press('Home')
  await watched.page.getByRole('button', { name: /^Speed/ }).click()
  await watched.page.getByRole('menuitemradio', { name: '8×' }).click()
  await play.click()
  enough.push(report('played at 8×', await measure(watched, 'play')))
  await play.waitFor({ timeout: 120_000 })
  enough.push(report('dragged backwards', await measure(watched, 'backwards')))
  enough.push(report('dragged forwards', await measure(watched, 'forwards')))
  await watched.page.getByRole('button', { name: 'Authors' }).click()
  await watched.page.locator('.past-written').first().waitFor()
  await slider.press('Home')
  await play.click()
  enough.push(report('played at 8×, with the colours of its authors', await measure(watched, 'play')))
  const heap = await watched.page.evaluate<number>('performance.memory.usedJSHeapSize')
  console.log(`heap of the page: ${(heap / 2 ** 20).toFixed(0)} MiB`)
  watched.expectNoErrors()
  await watched.close()
  await server.stop()
  await database.drop()
  return enough.every(Boolean)
}

try {
  const isEnough = await main(Number(process.argv[2] ?? 100_000))
  console.log(
    isEnough
      ? 'every aim is met'
      : `NOT every one shows ${AIM} versions a second and a page in ${PAGE_MS} ms`,
  )
  process.exitCode = isEnough ? 0 : 1
} finally {
  await endAll()
}
