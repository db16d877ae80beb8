import { keepCopy, type LocalCopy, renewCopy } from './local-copies.ts'
import type { SessionWorld } from './session-world.ts'

/** How often a copy of a letter that is being written in is kept. */
const COPY_MS = 30_000

/** Keeps a copy of one letter on this device, to be opened without a server. */
export class Copying {
  readonly #world: SessionWorld
  readonly #member: string
  readonly #document: string
  readonly #letter: () => LocalCopy | null
  /** The version of the newest copy. */
  #version = -1
  /** There is a copy, and none is being made. */
  #hasCopy = false
  #making: Promise<void> = Promise.resolve()
  #cancel: (() => void) | null = null
  #isStopped = false

  /** @param letter  as the server has it; null while there is none that may be kept */
  constructor(world: SessionWorld, member: string, document: string, letter: () => LocalCopy | null) {
    this.#world = world
    this.#member = member
    this.#document = document
    this.#letter = letter
  }

  /** There is one already. */
  found({ version }: LocalCopy): void {
    this.#version = version
    this.#hasCopy = true
  }

  /** @param isHiding  the page may be gone in a moment, and with it whatever waits for an answer of the device */
  now(isHiding = false): void {
    const copy = this.#letter()
    if (copy === null || copy.version === this.#version) return
    this.#version = copy.version
    const { device, wallTime } = this.#world
    const of = [device.store, this.#member, this.#document, copy] as const
    const kept =
      isHiding && this.#hasCopy
        ? renewCopy(...of)
        : this.#making.then(() => keepCopy(...of, wallTime.call(this.#world)))
    this.#hasCopy = false
    this.#making = kept.then(
      () => {
        this.#hasCopy = true
      },
      // A copy is a convenience: a device that is full of them says so when an edit does not fit.
      () => undefined,
    )
  }

  /** Before long, however often it is asked for. */
  soon(): void {
    if (this.#cancel !== null || this.#isStopped) return
    this.#cancel = this.#world.after(COPY_MS, () => {
      this.#cancel = null
      this.now()
    })
  }

  /** Resolves when none is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel?.()
    await this.#making
  }
}
