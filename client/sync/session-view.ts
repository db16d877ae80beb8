import type { Component, Insert } from '../../ot/component.ts'
import type { CollabError } from '../../ot/errors.ts'
import type { DeviceFault } from './device-store.ts'
import type { Draft } from './draft.ts'

/** How a session looks from outside. What the words mean is in session.ts. */

export type Phase = 'connecting' | 'live' | 'offline' | 'refused'

export type Refusal = 'signed-out' | 'forbidden' | 'not-found' | 'rejected'

export interface SessionView {
  readonly phase: Phase
  /** Set while `phase` is refused. */
  readonly refusal: Refusal | null
  /** True once there is a letter to show. */
  readonly ready: boolean
  /** The newest version of the letter here that is durable on the server. */
  readonly version: number
  /** Edits that the server has not confirmed; those of another tab of this browser too, while this one shows them. */
  readonly unsent: number
  /** What the server would not take, oldest first. */
  readonly drafts: readonly Draft[]
  /** Something was written that this device, or the tab it was given to, does not keep yet: leaving the page now could lose it. */
  readonly isWriting: boolean
  /** Why this device keeps nothing at the moment; null when it does. What is unsent then lives as long as the page. */
  readonly fault: DeviceFault | null
}

/** What happens to the letter, for whoever shows it. */
export interface LetterListener {
  /** Somebody else's op, already part of `components()`. */
  remoteOp(op: readonly Component[]): void
  /**
   * An op of the person's own that they did not write just now, a draft that was put back: already part of `components()`, and theirs
   * to take back.
   *
   * @param before  the letter it was made on
   */
  ownOp(op: readonly Component[], before: readonly Insert[]): void
  /** `components()` was replaced: the first load, or a fresh start after a refusal. */
  loaded(): void
}

export type Submitted = { readonly kind: 'taken' } | { readonly kind: 'refused'; readonly error: CollabError }
