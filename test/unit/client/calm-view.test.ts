import { expect } from 'chai'
import { CalmView } from '../../../client/panels/calm-view.ts'
import type { SessionView } from '../../../client/sync/session-view.ts'

/** A session, a clock that is moved by hand, and what was shown. */
class Screen {
  view: SessionView = {
    ...{ phase: 'live', refusal: null, ready: true, version: 1, unsent: 0 },
    ...{ drafts: [], isWriting: false, fault: null },
  }
  readonly shown: string[] = []
  #now = 0
  #task: { at: number; run: () => void } | null = null
  #watcher: () => void = () => undefined

  constructor() {
    const calm = new CalmView(
      {
        subscribe: (watcher) => {
          this.#watcher = watcher
          return () => undefined
        },
        getSnapshot: () => this.view,
      },
      {
        now: () => this.#now,
        after: (ms, run) => {
          const task = { at: this.#now + ms, run }
          this.#task = task
          return () => {
            if (this.#task === task) this.#task = null
          }
        },
      },
    )
    calm.subscribe(() => {
      const { version, unsent, phase } = calm.getSnapshot()
      this.shown.push(`${this.#now} ${phase} ${version} ${unsent}`)
    })
  }

  becomes(change: Partial<SessionView>): void {
    this.view = { ...this.view, ...change }
    this.#watcher()
  }

  passes(ms: number): void {
    const end = this.#now + ms
    while (this.#task !== null && this.#task.at <= end) {
      const { at, run } = this.#task
      this.#task = null
      this.#now = at
      run()
    }
    this.#now = end
  }
}

describe('what a screen shows of a session', () => {
  it('[C4] says at once that something is unsent, and that it is saved when there is a moment of quiet', () => {
    const screen = new Screen()
    screen.becomes({ unsent: 1 })
    screen.becomes({ unsent: 0, version: 2 })
    screen.passes(100)
    screen.becomes({ unsent: 1 })
    screen.becomes({ unsent: 0, version: 3 })
    screen.passes(1_000)
    expect(screen.shown).to.deep.equal(['0 live 1 1', '350 live 3 0'])
  })

  it('says at once what is not a number', () => {
    const screen = new Screen()
    screen.becomes({ version: 2 })
    screen.becomes({ phase: 'offline' })
    expect(screen.shown).to.deep.equal(['0 offline 2 0'])
    screen.passes(1_000)
    expect(screen.shown).to.have.length(1)
  })

  it('shows a version five seconds old at most, while others write without a pause', () => {
    const screen = new Screen()
    for (let version = 2; version < 600; version++) {
      screen.becomes({ version })
      screen.passes(20)
    }
    expect(screen.shown).to.deep.equal(['5000 live 251 0', '10000 live 501 0'])
  })
})
