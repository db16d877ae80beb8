/** Our own client's device, as a file: killing the process that has it open is what a crashed tab is. */

import {
  closeSync,
  existsSync,
  fsync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { type Batch, DeviceError, type DeviceStore, type Entry } from '../../client/sync/device-store.ts'
import { MemoryStore } from '../../client/sync/memory-store.ts'

const sync = promisify(fsync)

/** The file is written anew when it is this many times as long as what is left of it. */
const SLACK = 4
const SMALLEST = 1024 * 1024

/**
 * One batch a line, appended and fsynced; batches that come while one is being written go out together. A line that was not
 * finished is not there. One process has the file at a time.
 */
export class FileStore implements DeviceStore {
  readonly #path: string
  readonly #memory = new MemoryStore()
  #fd: number
  /** Of the file, and of what it would be when written anew. */
  #bytes: number
  #waiting: { readonly batch: Batch; readonly line: string; done(error?: unknown): void }[] = []
  #writing: Promise<void> | null = null
  #failure: Error | null = null
  #isClosed = false

  constructor(path: string) {
    this.#path = path
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    for (const line of whole.split('\n')) if (line !== '') this.#memory.apply(JSON.parse(line) as Batch)
    this.#fd = openSync(path, 'a')
    this.#bytes = Buffer.byteLength(whole)
    ftruncateSync(this.#fd, this.#bytes)
  }

  /** Every write fails with `error` from now on; null ends that. */
  failWith(error: Error | null): void {
    this.#failure = error
  }

  read(prefix: string): Promise<readonly Entry[]> {
    return this.#memory.read(prefix)
  }

  keys(prefix: string): Promise<readonly string[]> {
    return this.#memory.keys(prefix)
  }

  write(batch: Batch): Promise<void> {
    if (this.#isClosed) return Promise.reject(new DeviceError('unavailable', 'the file is closed'))
    return new Promise((resolve, reject) => {
      const done = (error?: unknown) => (error === undefined ? resolve() : reject(error))
      this.#waiting.push({ batch, line: `${JSON.stringify(batch)}\n`, done })
      this.#writing ??= this.#flush()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#writing
    closeSync(this.#fd)
  }

  async #flush(): Promise<void> {
    // What is written in one turn of the loop goes out together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const gathered = this.#waiting.splice(0)
      try {
        if (this.#failure !== null) throw this.#failure
        await this.#append(gathered.map(({ line }) => line).join(''))
        // Durable first, then there to be read.
        for (const { batch } of gathered) this.#memory.apply(batch)
        for (const { done } of gathered) done()
        await this.#shrink()
      } catch (error) {
        ftruncateSync(this.#fd, this.#bytes)
        const fault = (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'full' : 'unavailable'
        for (const { done } of gathered) done(new DeviceError(fault, error))
      }
    }
    // At once, and not when the promise is heard of: what is written in between would wait for ever.
    this.#writing = null
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    for (let start = 0; start < bytes.length; ) start += writeSync(this.#fd, bytes, start)
    await sync(this.#fd)
    this.#bytes += bytes.length
  }

  async #shrink(): Promise<void> {
    if (this.#bytes < SMALLEST) return
    const text = `${JSON.stringify({ put: this.#memory.entries() })}\n`
    if (this.#bytes < SLACK * text.length) return
    const old = this.#fd
    this.#fd = openSync(`${this.#path}.new`, 'w')
    this.#bytes = 0
    await this.#append(text)
    renameSync(`${this.#path}.new`, this.#path)
    closeSync(old)
    const folder = openSync(dirname(this.#path), 'r')
    await sync(folder)
    closeSync(folder)
  }
}
