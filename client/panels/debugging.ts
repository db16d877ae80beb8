import type { LetterEditor } from '../editor/letter-editor.ts'
import type { Session } from '../sync/session.ts'

/** What a developer, or a test, finds at `window.collab` while a letter is open. */
export interface Exposed {
  readonly session: Session
  readonly editor: LetterEditor
}

/**
 * Puts the insides of the open letter on the window: in development, or with `?debug` in the address. Whoever looks at them finds
 * everything that was typed.
 *
 * @returns takes them away
 */
export function exposeForDebugging({ session, editor }: Exposed): () => void {
  const isWanted = import.meta.env.DEV || new URLSearchParams(location.search).has('debug')
  if (!isWanted) return () => {}
  const scope = window as unknown as { collab?: unknown }
  const collab = {
    editor,
    get session() {
      editor.look()
      return session
    },
    get quill() {
      editor.look()
      return editor.quill
    },
    get letter() {
      return this.session.components()
    },
    get state() {
      return this.session.getSnapshot()
    },
  }
  scope.collab = collab
  return () => {
    if (scope.collab === collab) delete scope.collab
  }
}
