/**
 * People at their desks: each has a browser profile, a member of the firm, and a letter open. What a test says of them
 * is what a person would: open, type, leave the caret, go offline.
 */
import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { letter } from '../../ot/letter.ts'
import { page, type WatchedPage } from '../harness/browser.ts'
import { until } from '../harness/deadline.ts'
import { type RunningServer, startServer } from '../harness/server.ts'

/** What a letter's page exposes with `?debug`, as far as tests use it. */
interface Collab {
  readonly quill: {
    getContents(): { ops: unknown[] }
    getText(): string
    getSelection(): { index: number; length: number } | null
    setSelection(index: number, length: number, source: string): void
    hasFocus(): boolean
    isEnabled(): boolean
    readonly history: { cutoff(): void }
  }
  readonly state: { phase: string; unsent: number; version: number; isWriting: boolean }
}

declare const collab: Collab // in the page

/** What Chromium reports when a line is cut on purpose, or a test takes the network away. */
export const CUT = [
  /WebSocket connection to .* failed/,
  /ERR_INTERNET_DISCONNECTED/,
  /ERR_CONNECTION_REFUSED/,
  /request failed: GET .*\/v1\//,
]

export class Firm {
  /** The one that runs, or that ran last. */
  server: RunningServer

  private constructor(server: RunningServer) {
    this.server = server
  }

  /** @param root  of another build than this one, see deployment.ts */
  static async open(env: Record<string, string> = {}, root?: string): Promise<Firm> {
    return new Firm(await startServer(env, root))
  }

  async close(): Promise<void> {
    await this.server.stop()
  }

  /** Somebody the server does not know. */
  async visitor(options: BrowserContextOptions = {}): Promise<Person> {
    return new Person(this, await page({ viewport: { width: 1280, height: 900 }, ...options }), 'a visitor')
  }

  /** Somebody of this name, signed in: the one who has it already, or a new member. `beside`: in this profile. */
  async employ(name: string, options: BrowserContextOptions = {}, beside?: BrowserContext): Promise<Person> {
    const watched = await page({ viewport: { width: 1280, height: 900 }, ...options }, beside)
    const person = new Person(this, watched, name)
    const { members } = await person.call<{ members: { id: string; name: string }[] }>('GET', '/v1/session')
    const known = members.find((member) => member.name === name)
    await person.call('POST', '/v1/session', known ? { member: known.id } : { name })
    return person
  }
}

export class Person {
  readonly firm: Firm
  readonly watched: WatchedPage
  readonly name: string
  #letter = ''

  constructor(firm: Firm, watched: WatchedPage, name: string) {
    this.firm = firm
    this.watched = watched
    this.name = name
  }

  get page(): Page {
    return this.watched.page
  }

  /** The REST door, with this person's cookie and the Origin of our page. */
  async call<T = unknown>(method: string, path: string, data?: unknown): Promise<T> {
    const { url } = this.firm.server
    const response = await this.watched.context.request.fetch(url + path, {
      method,
      headers: { origin: url },
      ...(data !== undefined && { data }),
    })
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`)
    return (response.status() === 204 ? undefined : await response.json()) as T
  }

  /** A new letter, by REST. @returns its id */
  async createLetter(title: string): Promise<string> {
    const { id } = await this.call<{ id: string }>('POST', '/v1/docs', {
      id: randomUUID(),
      title,
      type: 'letter',
    })
    return id
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(this.firm.server.url + path)
    await this.isPainted()
  }

  /** Two frames from now; Chromium drops keys that are pressed before the first one of a page. */
  async isPainted(): Promise<void> {
    await this.page.evaluate(
      'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
    )
  }

  /** Opens a letter and waits until it can be written in. */
  async open(id: string): Promise<void> {
    this.#letter = id
    await this.goTo(`/letters/${id}?debug`)
    await this.isBack('live')
  }

  /** Opens a letter as somebody who has written nothing in it yet: what is there is not theirs to take back. */
  async openAfresh(id: string): Promise<void> {
    await this.goTo('/')
    await this.page.evaluate('sessionStorage.clear()')
    await this.open(id)
  }

  /** Loads the page again, and waits until the letter can be written in. */
  async reload(phase: 'live' | 'offline' = 'live'): Promise<void> {
    await this.page.reload()
    await this.isBack(phase)
  }

  /** Waits until the letter is there, and what is typed goes into it, where it should without a click. */
  async isBack(phase: 'live' | 'offline' = 'live'): Promise<void> {
    await this.reaches(phase)
    const mayType = () => {
      const page = globalThis as unknown as {
        document: { activeElement: unknown; body: unknown }
        matchMedia(query: string): { matches: boolean }
      }
      const isElsewhere = page.document.activeElement !== page.document.body
      return isElsewhere || !collab.quill.isEnabled() || page.matchMedia('(pointer: coarse)').matches
    }
    await this.page.waitForFunction(mayType)
    await this.isPainted()
  }

  get editor() {
    return this.page.locator('.ql-editor')
  }

  /** Types where the caret is, key by key. On a busy machine that may take long enough to be several edits, and steps of undo. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text)
  }

  /** Writes where the caret is, all at once: one edit, and a step of undo of its own. */
  async write(text: string): Promise<void> {
    await this.page.evaluate(() => collab.quill.history.cutoff())
    await this.page.keyboard.insertText(text)
  }

  /** Pastes as an office program would, with a plain text beside the HTML. */
  async paste(html: string, text = ''): Promise<void> {
    await this.page.evaluate(
      ([htmlPart, textPart]) => {
        // The page's own globals: the tests' types are those of Node.
        const page = globalThis as unknown as {
          DataTransfer: new () => { setData(type: string, data: string): void }
          ClipboardEvent: new (name: string, init: object) => object
          document: { querySelector(selector: string): { dispatchEvent(event: object): void } }
        }
        const clipboardData = new page.DataTransfer()
        if (htmlPart) clipboardData.setData('text/html', htmlPart)
        clipboardData.setData('text/plain', textPart)
        const event = new page.ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
        page.document.querySelector('.ql-editor').dispatchEvent(event)
      },
      [html, text] as const,
    )
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  /** Puts the caret behind `text`. */
  async goBehind(text: string): Promise<void> {
    const at = (await this.text()).indexOf(text)
    if (at < 0) throw new Error(`${this.name} does not see ${JSON.stringify(text)}`)
    await this.page.evaluate((index) => collab.quill.setSelection(index, 0, 'user'), at + text.length)
  }

  async select(text: string): Promise<void> {
    const at = (await this.text()).indexOf(text)
    if (at < 0) throw new Error(`${this.name} does not see ${JSON.stringify(text)}`)
    await this.page.evaluate(([index, length]) => collab.quill.setSelection(index, length, 'user'), [
      at,
      text.length,
    ] as const)
  }

  async text(): Promise<string> {
    return this.page.evaluate(() => collab.quill.getText())
  }

  /** The text around the caret, with | where it is; selected words stand between two. */
  async caret(around = 12): Promise<string> {
    const [text, range] = await this.page.evaluate(
      () => [collab.quill.getText(), collab.quill.getSelection()] as const,
    )
    if (!range) return 'no caret'
    const end = range.index + range.length
    const selected = range.length > 0 ? `${text.slice(range.index, end)}|` : ''
    return `${text.slice(Math.max(0, range.index - around), range.index)}|${selected}${text.slice(end, end + around)}`
  }

  /** The letter as this person's editor has it, in canonical form. */
  async content(): Promise<unknown> {
    return letter.parseCreate(await this.page.evaluate(() => collab.quill.getContents().ops))
  }

  async reaches(phase: string): Promise<void> {
    await this.page.locator(`[data-phase="${phase}"]`).waitFor()
  }

  /** Waits until everything this person wrote is durable. */
  async isSaved(): Promise<void> {
    // A character is counted when it is painted, or somebody looks.
    await this.page.evaluate(() => (globalThis as { collab?: Collab }).collab?.state)
    await this.page.locator('[data-phase="live"][data-unsent="0"]').waitFor()
  }

  /** Waits until everything that waits is on the device. */
  async isKept(): Promise<void> {
    const isWritten = () => collab.state.unsent > 0 && !collab.state.isWriting
    await this.page.waitForFunction(isWritten)
  }

  async sees(text: string): Promise<void> {
    await until(
      `${this.name} to see ${JSON.stringify(text)}`,
      async () => (await this.text()).includes(text),
      {
        seen: () => 'something else',
      },
    )
  }

  /** The letter as the server has it. */
  async stored(): Promise<{ version: number; content: unknown }> {
    return this.call('GET', `/v1/docs/${this.#letter}?content=1`)
  }

  async close(): Promise<void> {
    await this.watched.close()
  }
}

export interface TwoDesks {
  readonly firm: Firm
  readonly ada: Person
  readonly ben: Person
}

/** Opens a firm in which two people work before the tests of a `describe`, hands it to `ready`, and closes it after them. */
export function atTwoDesks(ready: (desks: TwoDesks) => unknown): void {
  let firm: Firm | undefined
  const people: Person[] = []
  before(async function () {
    this.timeout(60_000)
    firm = await Firm.open()
    const [ada, ben] = [await firm.employ('Ada Marsh'), await firm.employ('Ben Okafor')]
    people.push(ada, ben)
    await ready({ firm, ada, ben })
  })
  after(async function () {
    this.timeout(30_000)
    for (const person of people) await person.close()
    await firm?.close()
  })
}

/** Waits until everybody has what the server has, and asserts that it is the same, byte for byte. */
export async function converge(...people: Person[]): Promise<void> {
  for (const person of people) await person.isSaved()
  const { version, content } = await people[0].stored()
  for (const person of people) {
    await person.page.waitForFunction((wanted) => collab.state.version === wanted, version)
    // What others wrote is in the letter before it is on the screen.
    const wanted = JSON.stringify(content)
    const seen = async () => JSON.stringify(await person.content())
    await until('', async () => (await seen()) === wanted, { ms: 2_000 }).catch(() => {})
    expect(await seen(), `what ${person.name} sees`).to.equal(wanted)
  }
}
