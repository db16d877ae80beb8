import type { SessionView } from '../sync/session-view.ts'

/**
 * A session as the screens show it: what matters at once, what changes with every key when there is a moment.
 *
 * With each thing it shows, React looks up where the caret is, by walking over the letter. Ten people who write would make it do
 * so fifty times a second, for the number of a version.
 *
 * Shown at once: anything but numbers, and that something is unsent. So the screen never says that all is saved when it is not.
 */

/** Of quiet before the numbers are shown, */
const QUIET_MS = 250
/** and how old they may become when it is never quiet. */
const OLDEST_MS = 5_000

interface Source {
  subscribe(watcher: () => void): () => void
  getSnapshot(): SessionView
}

export interface Clock {
  now(): number
  /** @returns takes the task back */
  after(ms: number, task: () => void): () => void
}

const PAGE_CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

export class CalmView {
  readonly #source: Source
  readonly #clock: Clock
  readonly #watchers = new Set<() => void>()
  #shown: SessionView
  #unwatch: (() => void) | null = null
  #cancel: (() => void) | null = null
  /** When what is shown became old; null while it is new. */
  #oldSince: number | null = null

  constructor(source: Source, clock: Clock = PAGE_CLOCK) {
    this.#source = source
    this.#clock = clock
    this.#shown = source.getSnapshot()
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    this.#unwatch ??= this.#source.subscribe(this.#onChange)
    this.#show()
    return () => {
      this.#watchers.delete(watcher)
      if (this.#watchers.size > 0) return
      this.#unwatch?.()
      this.#unwatch = null
      this.#cancel?.()
      this.#cancel = null
    }
  }

  readonly getSnapshot = (): SessionView => this.#shown

  readonly #onChange = (): void => {
    const next = this.#source.getSnapshot()
    if (isNews(this.#shown, next)) return this.#show()
    const now = this.#clock.now()
    this.#oldSince ??= now
    this.#cancel?.()
    const wait = Math.min(QUIET_MS, this.#oldSince + OLDEST_MS - now)
    this.#cancel = this.#clock.after(Math.max(0, wait), () => this.#show())
  }

  #show(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#oldSince = null
    const next = this.#source.getSnapshot()
    if (next === this.#shown) return
    this.#shown = next
    for (const watcher of this.#watchers) watcher()
  }
}

const NUMBERS: ReadonlySet<string> = new Set(['version', 'unsent', 'isWriting'])

function isNews(shown: SessionView, next: SessionView): boolean {
  if (shown.unsent === 0 && next.unsent > 0) return true
  return (Object.keys(next) as (keyof SessionView)[]).some(
    (name) => !NUMBERS.has(name) && next[name] !== shown[name],
  )
}
