/** A server in a folder of its own, whose client can be replaced by another build of it. */

import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../harness/free-port.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { startServer } from '../harness/server.ts'
import { Firm } from './desk.ts'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export class Deployment {
  readonly #root: string
  readonly #env: Record<string, string>
  readonly firm: Firm

  static async start(): Promise<Deployment> {
    const root = scratchFolder('deployed')
    cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true })
    for (const name of ['node_modules', 'migrations', 'package.json'])
      symlinkSync(join(ROOT, name), join(root, name))
    const env = { PORT: String(await freePort()), DATA_DIR: scratchFolder('data') }
    return new Deployment(root, env, await Firm.open(env, root))
  }

  private constructor(root: string, env: Record<string, string>, firm: Firm) {
    this.#root = root
    this.#env = env
    this.firm = firm
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    this.firm.server.kill('SIGKILL')
    await this.firm.server.exited
  }

  async start(): Promise<void> {
    this.firm.server = await startServer(this.#env, this.#root)
  }

  /**
   * Replaces the client by one in which the page, its scripts and their names are others.
   *
   * @param mark    stands in the title of the new page and in the names of its scripts
   * @param isHalf  the worker is that of the new build, and the page still the old one
   */
  deploy(mark: string, { isHalf = false } = {}): void {
    const client = join(this.#root, 'dist', 'client')
    const assets = join(client, 'assets')
    const scripts = readdirSync(assets).filter((file) => file.endsWith('.js'))
    const renamed = (text: string): string =>
      scripts.reduce(
        (now, name) => now.replaceAll(name, name.replace(/-([^-]+)\.js$/, `-${mark}$1.js`)),
        text,
      )
    for (const name of scripts) {
      const path = join(assets, name)
      if (!isHalf) writeFileSync(path, renamed(readFileSync(path, 'utf8')))
      if (!isHalf) renameSync(path, join(assets, renamed(name)))
    }
    const read = (file: string): string => readFileSync(join(client, file), 'utf8')
    const before = read('index.html')
    const after = renamed(before).replace('</title>', ` ${mark}</title>`)
    const worker = renamed(read('service-worker.js')).replace(sha256(before), sha256(after))
    if (!isHalf) writeFileSync(join(client, 'index.html'), after)
    writeFileSync(join(client, 'service-worker.js'), worker.replace(/"build":"/, `"build":"${mark}`))
  }

  async close(): Promise<void> {
    await this.firm.close()
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
