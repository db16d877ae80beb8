/** A browser that is a process of its own, to be killed as a power cut would: what it keeps is in its profile folder. */

import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { CHROMIUM_ARGS } from './browser.ts'
import { until } from './deadline.ts'
import { mustEnd } from './leftovers.ts'
import { findChromium } from './programs.ts'

export class OwnBrowser {
  readonly context: BrowserContext
  readonly #process: ChildProcess
  readonly #ended: () => void

  /** @param profile  a folder; the one of a browser that was killed holds what that one kept */
  static async start(profile: string): Promise<OwnBrowser> {
    // Of the browser that was killed.
    rmSync(join(profile, 'DevToolsActivePort'), { force: true })
    const args = [...CHROMIUM_ARGS, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
    const child = spawn(findChromium() ?? 'chromium', args, { detached: true, stdio: 'ignore' })
    const ended = mustEnd('a browser', () => killed(child))
    const address = await until('Chromium to listen', async () => {
      const said = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '')
      const [port, path] = said.split('\n')
      return path ? `ws://127.0.0.1:${port}${path}` : null
    })
    return new OwnBrowser(child, await chromium.connectOverCDP(address), ended)
  }

  private constructor(child: ChildProcess, browser: Browser, ended: () => void) {
    this.#process = child
    this.context = browser.contexts()[0]!
    this.#ended = ended
  }

  /** Without a word to its pages. Resolves when no process of it is left. */
  async kill(): Promise<void> {
    await killed(this.#process)
    this.#ended()
  }
}

async function killed(child: ChildProcess): Promise<void> {
  const group = -child.pid!
  process.kill(group, 'SIGKILL')
  await until('the browser to be gone', () => {
    try {
      process.kill(group, 0)
      return false
    } catch {
      return true
    }
  })
}
