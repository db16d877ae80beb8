import { OwnClient } from '../../test/harness/own-client.ts'

/** Five keys a second. */
const PAUSE_MS = 200
const WORDS = 'and so it goes on, word by word, '

/** Somebody else who writes in the letter, at a place of their own, without a pause. */
export class Typist {
  typed = 0
  readonly #client: OwnClient
  readonly #index: number
  #timer: NodeJS.Timeout | undefined

  constructor(serverUrl: string, letter: string, token: string, index: number) {
    this.#client = new OwnClient(() => serverUrl, letter, token)
    this.#index = index
  }

  /** Resolves when the first key is pressed. */
  async start(): Promise<void> {
    await this.#client.saved()
    const { length } = this.#client.text
    let at = Math.floor((length * (this.#index + 0.5)) / 11)
    this.#timer = setInterval(() => {
      at = Math.min(at, this.#client.text.length - 1)
      this.#client.type(WORDS[this.typed % WORDS.length]!, at)
      at += 1
      this.typed += 1
    }, PAUSE_MS)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#client.close()
  }
}
