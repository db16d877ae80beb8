import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import type Quill from 'quill/core.js'
import { Binding } from '../../../client/editor/binding.ts'
import type { Session } from '../../../client/sync/session.ts'
import type { LetterListener } from '../../../client/sync/session-view.ts'
import { Delta } from '../../../ot/delta.ts'

/** A Quill needs a page; what is asked of it here is that it reports changes to everybody, one listener after the other. */
class View extends EventEmitter {
  readonly selection = { lastRange: null }
  readonly emitter = this
  readonly editor = {
    delta: new Delta().insert('\n'),
    applyDelta: (change: Delta): Delta => {
      this.editor.delta = this.editor.delta.compose(change)
      return change
    },
  }

  get text(): string {
    return this.editor.delta.ops.map(({ insert }) => insert).join('')
  }
  hasFocus(): boolean {
    return false
  }
  update(): void {}

  write(change: Delta): void {
    const before = this.editor.delta
    this.editor.applyDelta(change)
    this.emit('editor-change', 'text-change', change, before, 'user')
  }
}

describe('a letter and what is shown of it', () => {
  const realNow = performance.now
  let late = 0

  before(() => {
    performance.now = () => realNow.call(performance) + late
  })
  after(() => {
    performance.now = realNow
  })

  it('what others write is not shown while a change is reported, but right after, when it is overdue', async () => {
    const view = new View()
    let letter!: LetterListener
    const session = {
      hasLetter: true,
      submit: () => ({ kind: 'taken' }),
      listen: (listener: LetterListener | null) => {
        if (listener) letter = listener
      },
    }
    const events = { onShown: () => undefined, onRefused: () => undefined }
    const binding = new Binding(view as unknown as Quill, session as unknown as Session, events)
    const heard: string[] = []
    view.on('editor-change', (_kind, change: Delta) =>
      heard.push(`${JSON.stringify(change.ops)} ${view.text}`),
    )

    view.write(new Delta().insert('a')) // from now on a key is likely
    letter.remoteOp([{ insert: 'Ben' }])
    expect(view.text).to.equal('a\n')
    late += 10_000 // a page that had no turn for as long
    view.write(new Delta().insert('b'))
    expect(view.text).to.equal('ba\n')
    await Promise.resolve()
    expect(view.text).to.equal('Benba\n')
    binding.close()
    expect(heard).to.deep.equal([
      '[{"insert":"a"}] a\n',
      '[{"insert":"b"}] ba\n',
      '[{"insert":"Ben"}] Benba\n',
    ])
  })
})
