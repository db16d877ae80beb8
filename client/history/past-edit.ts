import type { Blamed } from '../../ot/blame.ts'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import type { Origin } from '../../ot/logged-op.ts'

/** An edit of the log, as the history reads it. */
export interface PastEdit {
  /** The version it led to. */
  readonly version: number
  /** A member's id; null for a machine. */
  readonly author: string | null
  readonly origin: Origin | null
  /** Milliseconds since 1970. */
  readonly time: number
  /** What was done; or the whole letter, when it was made or taken away. */
  readonly change: { readonly op: LetterOp } | { readonly made: LetterDocument }
  /** Who wrote what it inserts, when it brought back what was there once; as in ot/blame.ts. */
  readonly restored: readonly Blamed[] | null
}

/** Version 0: before there was a letter. */
export const NO_LETTER: LetterDocument = { ops: [] }
