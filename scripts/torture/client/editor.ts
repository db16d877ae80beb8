import type { Insert } from '../../../ot/component.ts'

/** A letter that is open in a client, whichever client that is. */
export interface Editor {
  readonly letter: string
  /** null before it was there for the first time, and after it was taken away. */
  readonly content: readonly Insert[] | null
  readonly version: number
  /** Hears what others write. */
  readonly isLive: boolean
  /** Something was written here that the server has not acknowledged. */
  readonly isWaiting: boolean
  /** Words that were handed back to the person instead of being sent. */
  readonly drafts: readonly string[]
  /** Takes an op on `content`. */
  submit(op: readonly unknown[]): void
  /** The line is gone, and nobody can be reached. */
  offline(): void
  /** There is a line: try now. */
  online(): void
  close(): Promise<void>
}
