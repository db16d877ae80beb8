/**
 * Progress for a caller that asks for `application/x-ndjson`: while the answer is being worked out, a line now and then
 * says which part is done, `{"progress":0.4}`; the last line is `{"status":200,"body":…}`, and its body a problem when the
 * status says so. An answer that is there at once is given as to anybody else.
 */

import type { Request, Response } from 'express'
import type { Answer } from './route.ts'

/** Nobody needs to hear of progress before that, nor more often. */
const EVERY_MS = 200

export class ProgressLines {
  readonly #response: Response
  readonly #isWanted: boolean
  #last = performance.now()

  constructor(request: Request, response: Response) {
    this.#response = response
    this.#isWanted = request.get('accept')?.includes('application/x-ndjson') ?? false
  }

  /** The status has been sent: from here on everything is a line. */
  get hasBegun(): boolean {
    return this.#isWanted && this.#response.headersSent
  }

  say(part: number): void {
    if (!this.#isWanted || performance.now() - this.#last < EVERY_MS || this.#response.destroyed) return
    if (!this.#response.headersSent) {
      this.#response.status(200).set('Cache-Control', 'no-store').type('application/x-ndjson')
    }
    this.#last = performance.now()
    this.#response.write(`${JSON.stringify({ progress: Number(part.toFixed(3)) })}\n`)
  }

  end({ status, body, json = [JSON.stringify(body ?? null)] }: Answer): void {
    for (const piece of [`{"status":${status},"body":`, ...json, '}\n']) this.#response.write(piece)
    this.#response.end()
  }
}
