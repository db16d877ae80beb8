/**
 * Names and limits that both ends of a socket must agree on. The message kinds are ShareDB's own; what this
 * server does with each is in server/doc/PROTOCOL.md.
 */

/** The collections a document can live in (rule D1). */
export const COLLECTIONS = ['letters', 'comments', 'canvases'] as const
export type Collection = (typeof COLLECTIONS)[number]

/**
 * The path of a letter's socket. A load balancer hashes on it, so all editors of a letter meet on one node.
 */
export const COLLAB_PATH = '/v1/collab/'

/** The shape of every document, member and firm id (rule D1). Lower case, so that one id has one spelling. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * Why a socket was closed. The codes below 4000 are WebSocket's own; among them 1007 for a frame that is not
 * UTF-8 and 1009 for a message over the limit, which the protocol's implementation sends by itself.
 */
export const CLOSE = {
  /** The server is restarting: connect again, with jitter. */
  restart: 1012,
  /** A fault of ours (rule S8): connect again and resend. */
  tryAgain: 1013,
  /** The client sent something no client of this protocol sends. */
  malformed: 4400,
  /** Not signed in, or the session ended. Do not connect again before signing in. */
  unauthenticated: 4401,
  /** The right to this document was taken away. Do not connect again. */
  forbidden: 4403,
  /** No such document. Do not connect again. */
  notFound: 4404,
  /** The client reads too slowly. Connect again and catch up. */
  tooSlow: 4408,
  /**
   * What the client has is of another history than the server's: the database was taken back in time (rule S9). Keep
   * what was not acknowledged for the person, and load the document anew. Never resend.
   */
  reload: 4410,
} as const

export const LIMITS = {
  /** Longest message a client may send, bytes. */
  messageBytes: 1024 * 1024,
  /** Deepest nesting of a message; the deepest one a well-behaved client sends is 8. */
  messageDepth: 32,
  /** Components in one op. */
  opComponents: 5_000,
  /** UTF-16 code units inserted by one op; a longer paste is split by the client. */
  opInsertLength: 256 * 1024,
  /** Length of a letter, UTF-16 code units (an embed counts 1). */
  documentLength: 2_000_000,
  /** Components in a letter: runs of equal formatting, and embeds. An op walks over them. */
  documentComponents: 50_000,
  /** How far behind the head an op may be. It is transformed over all of them, in one turn. */
  opsBehind: 5_000,
  /** How far behind a client may be that catches up; beyond it, it loads the document anew. Reading is cheap, and bounded in what it holds. */
  opsToCatchUp: 100_000,
  /** Longest URL in a link or an image. */
  urlLength: 2_048,
  /** Longest title of a letter, UTF-16 code units. */
  titleLength: 200,
} as const

/** The server pings each socket this often; a socket that misses two is gone. */
export const HEARTBEAT_MS = 15_000
