import type { Change, LoggedOp, Origin } from '../../ot/logged-op.ts'
import type { DocumentType } from '../../ot/types.ts'
import type { Collection } from '../../ot/wire.ts'
import type { Clock } from '../clock.ts'
import type { Bus } from '../pubsub/bus.ts'
import type { GroupCommit } from '../store/group-commit.ts'
import type { OpLog } from '../store/op-log.ts'

/** Names a document. `collection` is one of ours, but for ShareDB's own suites, which use names of their own. */
export interface DocumentKey {
  readonly collection: Collection | (string & {})
  readonly id: string
}

/** An op on its way in. */
export interface Submission {
  readonly change: Change
  /** The version the op was made against; null means the head. */
  readonly base: number | null
  /** The editing session, as issued by the server, and its counter: together they make the op happen once. */
  readonly source: string
  readonly seq: number
  /** Member who made it; null when a machine did. */
  readonly author: string | null
  readonly origin: Origin | null
  /** Store it even if it changes nothing: it is acknowledged by coming back, like any other. */
  readonly keepNoOp?: boolean
  /** The op is canonical and of our own making: it may be longer than one from outside. */
  readonly isTrusted?: boolean
  /** Goes into the op's `meta`. */
  readonly note?: object
}

/** What became of a submission. Failures are thrown. */
export type Outcome =
  | {
      readonly kind: 'committed'
      readonly version: number
      /** What the submitter must apply after its own op to be where everybody else is; null when nothing. */
      readonly fixup: unknown | null
    }
  /** It had been submitted before, and produced `version` then. */
  | { readonly kind: 'duplicate'; readonly version: number }
  /** It changes nothing at the head, and was not stored. */
  | { readonly kind: 'no-op'; readonly version: number }

/** A document at one version. `data` is never mutated. */
export interface Snapshot {
  readonly version: number
  /** URI of the type; null when the document does not exist at this version. */
  readonly type: string | null
  readonly data: unknown
}

/** What a document asks of the op log. */
export type DocumentLog = Pick<
  OpLog,
  'find' | 'name' | 'number' | 'read' | 'readPiece' | 'lastSeq' | 'versionOf' | 'saveSnapshot'
>

/** What a document works with. */
export interface DocumentDeps {
  readonly log: DocumentLog
  readonly committer: GroupCommit
  readonly clock: Clock
  readonly typeOf: TypeOf
  /** How nodes tell one another that a document has a new version. */
  readonly bus: Bus
  /** Told of failures that no caller waits for. */
  readonly onError: (error: unknown, key: DocumentKey) => void
  /** Told that the log ends before what a document knows to be durable: the database was taken back (rule S9). */
  readonly onRewound?: (key: DocumentKey) => void
}

/** Hears of ops the moment they are durable, in order, without gaps. Must not throw. */
export interface DocumentListener {
  committed(ops: readonly LoggedOp[]): void
}

/** The type of that name or URI; undefined when nobody knows it. */
export type TypeOf = (type: string) => DocumentType | undefined
