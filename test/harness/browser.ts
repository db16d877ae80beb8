/** A real browser for tests: one Chromium per mocha process, a fresh profile per page. */

import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { endsWithTheRun } from './leftovers.ts'

const ARTIFACTS = join(dirname(dirname(fileURLToPath(import.meta.url))), '.artifacts')

export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  // Without these it looks for Google's hosts at every start.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let launched: Promise<Browser> | undefined

/** The browser all tests of this process share. It is closed after the last one. */
export function browser(): Promise<Browser> {
  launched ??= launch()
  return launched
}

async function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  const started = await chromium.launch({ executablePath, args: CHROMIUM_ARGS })
  endsWithTheRun('Chromium', () => started.close())
  return started
}

export interface WatchedPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Console errors, uncaught exceptions and failed requests so far, oldest first. */
  readonly faults: readonly string[]
  /** @throws naming every fault that none of the patterns allows */
  expectNoErrors(...allowed: RegExp[]): void
  /** Saves what is on the screen as test/.artifacts/<name>.png. @returns its path */
  screenshot(name: string): Promise<string>
  close(): Promise<void>
}

/** A page in a profile of its own; pass the context of another page to open a second tab beside it. */
export async function page(
  options: BrowserContextOptions = {},
  beside?: BrowserContext,
): Promise<WatchedPage> {
  const context = beside ?? (await (await browser()).newContext(options))
  const opened = await context.newPage()
  const faults: string[] = []
  opened.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} (${message.location().url})`)
  })
  opened.on('pageerror', (error) => faults.push(`uncaught: ${error.stack ?? error.message}`))
  opened.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // Called off by the page itself, which went elsewhere.
    if (why === 'net::ERR_ABORTED') return
    faults.push(`request failed: ${request.method()} ${request.url()} ${why}`)
  })
  return {
    page: opened,
    context,
    faults,
    expectNoErrors: (...allowed) => {
      const unexpected = faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault)))
      if (unexpected.length > 0) throw new Error(`The page reported:\n  ${unexpected.join('\n  ')}`)
    },
    screenshot: async (name) => {
      mkdirSync(ARTIFACTS, { recursive: true })
      const path = join(ARTIFACTS, `${name}.png`)
      await opened.screenshot({ path })
      return path
    },
    close: () => (beside === undefined ? context.close() : opened.close()),
  }
}
