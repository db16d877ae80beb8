import type { LinkWorld, Wire } from '../../../client/sync/link.ts'

/** A socket that the test plays the server of. */
export class FakeWire implements Wire {
  readonly readyState = 1
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null
  onerror: Wire['onerror'] = null
  readonly sent: string[] = []
  closedWith: number | undefined

  send(text: string): void {
    this.sent.push(text)
  }

  close(code?: number): void {
    this.closedWith = code
  }

  open(): void {
    this.onopen?.({})
  }

  say(data: string): void {
    this.onmessage?.({ data })
  }

  end(code: number): void {
    this.onclose?.({ code })
  }
}

/** Sockets that open when the test says so, and a clock that the test moves. */
export class FakeWorld implements LinkWorld {
  readonly wires: FakeWire[] = []
  readonly chance = 0.5
  #time = 0
  #tasks: { readonly at: number; readonly task: () => void }[] = []

  /** The newest socket. */
  get wire(): FakeWire {
    const wire = this.wires.at(-1)
    if (!wire) throw new Error('no socket was opened')
    return wire
  }

  get timers(): number {
    return this.#tasks.length
  }

  open(): Wire {
    const wire = new FakeWire()
    this.wires.push(wire)
    return wire
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#time + ms, task }
    this.#tasks.push(entry)
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry)
    }
  }

  now(): number {
    return this.#time
  }

  random(): number {
    return this.chance
  }

  /** Moves the clock, running what falls due in order. */
  pass(ms: number): void {
    const end = this.#time + ms
    for (;;) {
      const next = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#time = next.at
      this.#tasks = this.#tasks.filter((entry) => entry !== next)
      next.task()
    }
    this.#time = end
  }
}
