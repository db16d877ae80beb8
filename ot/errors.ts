/**
 * The closed list of everything that can go wrong between a client and this server.
 *
 * Each code says who is at fault by its status and what the caller should do by its remedy. Clients branch
 * on the code and the remedy, never on the text. A code that is not in this table cannot be thrown: `code` is
 * typed by its keys.
 */

/** What the caller should do about an error. */
export type Remedy =
  /** Sending the same thing again cannot help; the caller has a bug or lacks a right. */
  | 'never'
  /** Nothing was wrong with the request. Wait, then send it again unchanged. */
  | 'same'
  /** The caller's copy of the document is of no use any more: fetch it afresh. */
  | 'reload'
  /** Sign in, then send it again. */
  | 'sign-in'

interface ErrorKind {
  /** HTTP status of the REST answer; on a socket, 4xx is answered and 5xx closes (rule S8). */
  readonly status: number
  readonly remedy: Remedy
}

export const ERRORS = {
  /** The op breaks the grammar of its type. `data.rule` names the rule in ot/SPEC.md. A client bug. */
  'op/malformed': { status: 400, remedy: 'never' },
  /** The op is well formed but not for this document: too long, or it takes the last newline. `data.rule`. */
  'op/does-not-fit': { status: 409, remedy: 'reload' },
  /** The op, or the document after it, is over a limit. `data.rule`, `data.limit`. */
  'op/too-large': { status: 413, remedy: 'never' },
  /** The op was made against a version this server never had. On a socket it is no answer, and closes it (rule S9). */
  'op/version-ahead': { status: 409, remedy: 'reload' },
  /** The op was made against a version too far back to be transformed. `data.head`. */
  'op/version-behind': { status: 409, remedy: 'reload' },
  /** The op names a source that this server did not issue to this member. */
  'op/foreign-source': { status: 403, remedy: 'never' },

  /** No such document, or it belongs to another firm: the two are never told apart. */
  'document/not-found': { status: 404, remedy: 'never' },
  /** The id of a new document is already in use. Choose another. */
  'document/id-taken': { status: 409, remedy: 'never' },
  /** The document has no such version yet. `data.head`. */
  'document/no-version': { status: 404, remedy: 'never' },
  /** A document was created a second time. */
  'document/exists': { status: 409, remedy: 'reload' },
  /** The log of this document has a hole; the server raised an alarm and serves nothing rather than guess. */
  'document/log-broken': { status: 500, remedy: 'same' },

  /**
   * These edits cannot be taken back. `data.why`: `deleted`, the letter was deleted and made anew since; `no-rollback`, the
   * version to be undone is no rollback; `gone`, nothing is left of the selection.
   */
  'rollback/not-possible': { status: 409, remedy: 'never' },

  /** The message is not JSON, too deep, or not shaped like any message of the protocol. Ends the socket. */
  'message/malformed': { status: 400, remedy: 'never' },
  /** The message is longer than the limit. Ends the socket. */
  'message/too-large': { status: 413, remedy: 'never' },
  /** The message is well formed, but its kind, collection or document is not for this socket. */
  'message/refused': { status: 403, remedy: 'never' },

  /** No credentials. */
  'auth/required': { status: 401, remedy: 'sign-in' },
  /** Credentials that are forged, expired, or of the wrong shape. */
  'auth/invalid': { status: 401, remedy: 'sign-in' },
  /** The member may not do this to this document. `data.action`. */
  'auth/forbidden': { status: 403, remedy: 'never' },
  /** A browser came from a page that is not on the list of allowed origins. */
  'auth/origin': { status: 403, remedy: 'never' },

  /** The REST request has the wrong shape. `data.issues` lists every fault. */
  'request/malformed': { status: 400, remedy: 'never' },
  /** No such route. */
  'request/not-found': { status: 404, remedy: 'never' },
  /** The route exists, but not with this method. */
  'request/method': { status: 405, remedy: 'never' },

  /** Too much is waiting on this node. Wait, then resend unchanged. */
  'server/busy': { status: 503, remedy: 'same' },
  /** The database cannot be reached, or answered too late. Nothing is known to be lost. */
  'server/unavailable': { status: 503, remedy: 'same' },
  /** This node is shutting down. Connect again; another node answers. */
  'server/closing': { status: 503, remedy: 'same' },
  /**
   * The database was taken back in time, or the caller knows it from before that (rule S9). What it has of a letter is of
   * another history. Never an answer on a socket: it closes it.
   */
  'server/restored': { status: 503, remedy: 'reload' },
  /** A fault of this program. It is in the log of the process. */
  'server/fault': { status: 500, remedy: 'same' },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof ERRORS

/** The one error this project throws on purpose. The message is for people, `data` for machines. */
export class CollabError extends Error {
  override readonly name = 'CollabError'
  readonly code: ErrorCode
  readonly data: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    message: string,
    options: { data?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.data = options.data ?? {}
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  get remedy(): Remedy {
    return ERRORS[this.code].remedy
  }
}

/** True when the fault is ours and the caller did nothing wrong (rule S8). */
export function isOurFault(error: unknown): boolean {
  return !(error instanceof CollabError) || error.status >= 500
}

/** What a caller is told when a link failed: the error itself when it is one of ours already. */
export function unavailable(cause: unknown): CollabError {
  if (cause instanceof CollabError) return cause
  return new CollabError('server/unavailable', 'The database does not answer. Try again.', { cause })
}
