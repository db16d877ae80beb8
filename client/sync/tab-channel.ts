import type { Insert } from '../../ot/component.ts'
import type { Batch, DeviceFault } from './device-store.ts'
import type { Op } from './replica.ts'

/**
 * What tabs of one browser say to each other about a letter that a member has open in several of them.
 *
 * Everybody hears everything but what they said themselves, and what one tab says comes in the order in which it was said. A tab
 * that is gone hears nothing; what it had said before comes all the same.
 */
export interface TabChannel {
  post(message: TabMessage): void
  close(): void
}

/** Of the letter as its host has it. Versions count what happened to it since the host began. */
export interface LocalOp {
  readonly op: Op
  /** Whose it is, under the seq it was given to the host with; null when it is the host's own or came from the server. */
  readonly by: { readonly guest: string; readonly seq: number } | null
  /** What the host added to it, for whoever wrote it. */
  readonly fixups: readonly Op[]
}

export interface HostStatus {
  /** Edits that the server has not confirmed, as a person counts them. */
  readonly unsent: number
  /** The server's version that the host has. */
  readonly version: number
  /** Why the host's device keeps nothing; null when it does. */
  readonly fault: DeviceFault | null
}

/** What a tab said has come by then. */
export const LATE_MS = 500

export type TabMessage =
  /** Somebody shows the letter to whoever asks. */
  | { readonly kind: 'hosts'; readonly host: string }
  /** A tab wants to be shown it. `version` is the server's that it has; null when it was a guest before, and so has seen more. */
  | {
      readonly kind: 'asks'
      readonly guest: string
      /** The same comes back with the answer. */
      readonly ask: number
      readonly epoch: string | null
      readonly version: number | null
    }
  | {
      readonly kind: 'welcomes'
      readonly host: string
      /** Where the host keeps everything. */
      readonly outbox: string
      readonly guest: string
      readonly ask: number
      readonly epoch: string | null
      /** The letter at version `at`, of which everything is on the device. */
      readonly letter: readonly Insert[]
      readonly at: number
      /** The last op of this guest that is in it; 0 when none is. */
      readonly seq: number
      readonly status: HostStatus
    }
  /** A guest wrote `op` on version `at`. `aside` lands in the same batch. */
  | {
      readonly kind: 'writes'
      readonly host: string
      readonly guest: string
      readonly seq: number
      readonly at: number
      readonly op: Op
      readonly aside: Batch
    }
  /** What happened to the letter from version `at` on, and is on the device. */
  | {
      readonly kind: 'tells'
      readonly host: string
      readonly at: number
      readonly ops: readonly LocalOp[]
      readonly status: HostStatus
    }
  /** A guest is still there. */
  | { readonly kind: 'here'; readonly host: string; readonly guest: string }
  | { readonly kind: 'leaves'; readonly host: string; readonly guest: string }
  /** The host hosts no more: what it has not told it has not taken. `isLeft`: what it has is left to who comes after it. */
  | { readonly kind: 'over'; readonly host: string; readonly isLeft: boolean }

/** A channel of this browser. A tab hears what is said while it is open. */
export function broadcast(name: string, hear: (message: TabMessage) => void): TabChannel {
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }) => hear(data as TabMessage) // nobody else knows the name
  return { post: (message) => channel.postMessage(message), close: () => channel.close() }
}

/** Where they meet. The number is that of the messages: a tab with another program is not heard. */
export function channelOf(member: string, document: string): string {
  return `copperplate/tabs/1/${member}/${document}`
}
