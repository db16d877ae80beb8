import type { LetterEditor } from '../editor/letter-editor.ts'
import type { Session } from '../sync/session.ts'

/** What a developer, or a test, finds at `window.collab` while a letter is open. */
export interface Exposed {
  readonly session: Session
  readonly editor: LetterEditor
}

/**
 * Puts the insides of the open letter on the window: in development, or with `?debug` in the address.
 *
 * @returns takes them away
 */
export function exposeForDebugging({ session, editor }: Exposed): () => void {
  const isWanted = import.meta.env.DEV || new URLSearchParams(location.search).has('debug')
  if (!isWanted) return () => {}
  const scope = window as unknown as { collab?: unknown }
  const collab = {
    session,
    editor,
    quill: editor.quill,
    get letter() {
      return session.components()
    },
    get state() {
      return session.getSnapshot()
    },
  }
  scope.collab = collab
  return () => {
    if (scope.collab === collab) delete scope.collab
  }
}
