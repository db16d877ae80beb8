import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { endsWithTheRun } from '../../test/harness/leftovers.ts'
import { WATCH_PAUSES } from '../../test/harness/longest-pause.ts'
import { bareLetter } from './bare-letter.ts'

/**
 * Frames are made as soon as there is something to show. A screen of 60 Hz adds up to 16.7 ms of waiting for its next
 * frame to whatever a key costs, which says nothing of the editor.
 */
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-gpu-vsync', '--disable-frame-rate-limit']

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline']
const WORDS = 'plain words, as a person types them. '

interface Collab {
  readonly quill: {
    getText(): string
    getLength(): number
    setSelection(index: number, length: number, source: string): void
  }
  readonly session: { submit(op: readonly object[]): unknown }
  readonly state: {
    readonly unsent: number
    readonly phase: string
    readonly ready: boolean
    readonly isWriting: boolean
  }
}
declare const collab: Collab // in the page

/** The one whose keys are measured, before a browser that is not slowed down by anything but the editor. */
export class Desk {
  readonly #browser: Browser
  #page: Page
  #keyboard: CDPSession
  readonly #url: string

  static async open(executablePath: string, url: string, token: string): Promise<Desk> {
    const browser = await chromium.launch({ executablePath, args: ARGS })
    endsWithTheRun('Chromium', () => browser.close())
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const headers = { origin: url }
    const signedIn = await context.request.post(`${url}/v1/session`, { headers, data: { token } })
    if (!signedIn.ok()) throw new Error(`signing in: ${signedIn.status()}`)
    const page = await context.newPage()
    return new Desk(browser, page, await context.newCDPSession(page), url)
  }

  private constructor(browser: Browser, page: Page, keyboard: CDPSession, url: string) {
    this.#browser = browser
    this.#page = page
    this.#keyboard = keyboard
    this.#url = url
  }

  get version(): string {
    return `Chromium ${this.#browser.version()}`
  }

  /** A new letter with this in it, open, the caret in the middle. @returns its id */
  async create(html: string): Promise<string> {
    const id = randomUUID()
    const created = await this.#page.context().request.post(`${this.#url}/v1/docs`, {
      headers: { origin: this.#url },
      data: { id, title: 'A long letter', type: 'letter' },
    })
    if (!created.ok()) throw new Error(`creating: ${created.status()}`)
    await this.#page.goto(`${this.#url}/letters/${id}?debug`)
    await this.#page.locator('[data-phase="live"]').waitFor()
    await this.#page.evaluate((text) => {
      const page = globalThis as unknown as {
        DataTransfer: new () => { setData(type: string, data: string): void }
        ClipboardEvent: new (name: string, init: object) => object
        document: { querySelector(selector: string): { dispatchEvent(event: object): void } }
      }
      const clipboardData = new page.DataTransfer()
      clipboardData.setData('text/html', text)
      const paste = new page.ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
      page.document.querySelector('.ql-editor').dispatchEvent(paste)
    }, html)
    const isThere = (last: string) => collab.quill.getText().trimEnd().endsWith(last)
    await this.#page.waitForFunction(isThere, html.replace(/<[^>]*>/g, '').slice(-40))
    await this.#page.locator('[data-phase="live"][data-unsent="0"]').waitFor()
    // Afresh, as most letters are opened: without the steps of undo of writing all that.
    await this.#page.goto(this.#url)
    await this.#page.evaluate('sessionStorage.clear()')
    await this.#page.goto(`${this.#url}/letters/${id}?debug`)
    await this.#page.locator('[data-phase="live"]').waitFor()
    await this.#page.evaluate(() => {
      const half = Math.floor(collab.quill.getLength() / 2)
      // The end of a sentence of an ordinary paragraph.
      const at = collab.quill.getText().indexOf('below.', half)
      collab.quill.setSelection(at, 0, 'user')
    })
    return id
  }

  /** Presses keys one after the other. @param between  shortest and longest pause, ms */
  async type(keys: number, between: readonly [number, number]): Promise<void> {
    for (let n = 0; n < keys; n++) {
      const text = WORDS[n % WORDS.length]!
      const key = { key: text, text, code: '', windowsVirtualKeyCode: text.toUpperCase().charCodeAt(0) }
      await this.#keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key })
      await this.#keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
      await pause(between[0] + Math.random() * (between[1] - between[0]))
    }
  }

  /** From now on there is no editor, only what it shows, in which as many others write. */
  async strip(people: number): Promise<void> {
    await this.#page.evaluate(bareLetter(people))
  }

  /** Of the letter, UTF-16 code units. */
  length(): Promise<number> {
    return this.#page.evaluate(() => collab.quill.getLength())
  }

  /** Writes as many edits, each at another place, without a network, and closes the tab when they are on the device. */
  async writeAway(edits: number): Promise<void> {
    const context = this.#page.context()
    await context.setOffline(true)
    await this.#page.locator('[data-phase="offline"]').waitFor()
    await this.#page.evaluate((count) => {
      const length = collab.quill.getLength()
      for (let n = 0; n < count; n++)
        collab.session.submit([{ retain: 1 + ((n * 7919) % (length + n - 2)) }, { insert: 'a' }])
    }, edits)
    await this.#page.waitForFunction(() => !collab.state.isWriting, undefined, { timeout: 120_000 })
    await this.#page.close()
    await context.setOffline(false)
    this.#page = await context.newPage()
    this.#keyboard = await context.newCDPSession(this.#page)
  }

  /** Resolves when the letter can be read and written in, whatever the server says. */
  async openAgain(id: string): Promise<void> {
    await this.#page.addInitScript(WATCH_PAUSES)
    await this.#page.goto(`${this.#url}/letters/${id}?debug`)
    await this.#page.locator('.sheet:not(.sheet-waiting) .ql-editor[contenteditable="true"]').waitFor()
    await this.#page.evaluate(() => collab.quill.setSelection(0, 0, 'user'))
  }

  /** The server has everything that was written here, and what others wrote is here. */
  isLevel(): Promise<boolean> {
    return this.#page.evaluate(() => collab.state.phase === 'live' && collab.state.unsent === 0)
  }

  /** The longest time the page did not answer since it was opened, ms. */
  longestPause(): Promise<number> {
    return this.#page.evaluate('longestPause')
  }

  /** @returns what Chromium recorded meanwhile, as JSON */
  async traced(task: () => Promise<void>): Promise<string> {
    await this.#browser.startTracing(this.#page, { categories: CATEGORIES })
    await task()
    return (await this.#browser.stopTracing()).toString()
  }

  close(): Promise<void> {
    return this.#browser.close()
  }
}
