import { CollabError } from '../../ot/errors.ts'
import type { Provenance } from '../auth/source.ts'
import type { DocumentKey } from '../doc/types.ts'
import type { Request } from './sharedb.ts'

/** Who stands at the gate: one socket, for one document, with the rights settled when it was opened. */
export interface Entrant {
  readonly key: DocumentKey
  readonly mayEdit: boolean
  /** What was deleted is in earlier versions, and in the ops since one. */
  readonly mayReadHistory: boolean
  /** Whether this server issued a source to this member (rule S5), and in this epoch (rule S9). */
  readonly provenance: (source: string) => Provenance
  /** Of the database. */
  readonly epoch: string
}

type Check = (message: Request, entrant: Entrant) => void

/**
 * The one place where messages of clients are let in (rule A4): by kind, by name. ShareDB's other hooks do not
 * see every way to read a document; this one sees every message, before anything else does.
 *
 * @throws CollabError message/malformed, message/refused, op/foreign-source, op/version-behind, auth/forbidden, server/restored
 */
export function checkMessage(message: Request, entrant: Entrant): void {
  const kind = message.a
  const check = typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (check === undefined) throw refused(`There is no message of kind ${name(kind)}.`)
  check(message, entrant)
}

/** Every kind of message a ShareDB 7 client can send; `no` names why one is refused. */
export const KINDS: Readonly<Record<string, Check>> = {
  /** Handshake. A client that connects again offers the source it was issued before, and the epoch it knows. */
  hs: ({ id, epoch }, entrant) => {
    if (epoch !== undefined && typeof epoch !== 'string') throw malformed('An epoch is a string.')
    if (epoch !== undefined && epoch !== entrant.epoch) throw restored()
    if (id === undefined || id === null) return
    if (typeof id !== 'string') throw malformed('The id of a handshake is a source, or null.')
    ownSource(id, entrant)
  },
  /** Ping. */
  pp: () => undefined,
  /** Fetch, subscribe, unsubscribe. */
  f: opsSinceVersion,
  s: opsSinceVersion,
  u: ownDocument,
  /** The same in bulk: a client with the letter and its companions on one socket sends these. */
  bf: ownDocuments,
  bs: ownDocuments,
  bu: ownDocuments,
  /** An earlier version. */
  nf: (message, entrant) => {
    ownDocument(message, entrant)
    version(message.v)
    if (isGiven(message.v) && !entrant.mayReadHistory)
      throw new CollabError('auth/forbidden', 'You may read this letter, but not what it was before.')
  },
  /** An op. */
  op: (message, entrant) => {
    ownDocument(message, entrant)
    version(message.v)
    if ('create' in message || 'del' in message) {
      throw refused('Letters are created and archived over REST, not by an op.')
    }
    if (!('op' in message)) throw malformed('An op message carries an op.')
    const { src, seq } = message
    if (!Number.isSafeInteger(seq) || (seq as number) < 1)
      throw malformed('The seq of an op is a positive integer.')
    if (src !== undefined && src !== null) {
      if (typeof src !== 'string') throw malformed('The src of an op is a string.')
      ownSource(src, entrant)
    }
    if (!entrant.mayEdit)
      throw new CollabError('auth/forbidden', 'You may read this letter, but not change it.')
  },
  /** By time: history is read over REST. */
  nt: no('Earlier versions are read by number.'),
  /** Queries. */
  qf: no('There are no queries here: one socket, one letter.'),
  qs: no('There are no queries here: one socket, one letter.'),
  qu: no('There are no queries here: one socket, one letter.'),
  /** Presence. */
  p: no('This server does not carry presence.'),
  ps: no('This server does not carry presence.'),
  pu: no('This server does not carry presence.'),
  pr: no('This server does not carry presence.'),
}

function no(why: string): Check {
  return () => {
    throw refused(why)
  }
}

function ownDocument({ c, d }: Request, { key }: Entrant): void {
  if (c !== key.collection || d !== key.id) throw refused('This socket was opened for another document.')
}

function opsSinceVersion(message: Request, entrant: Entrant): void {
  ownDocument(message, entrant)
  since(message.v, entrant)
}

function ownDocuments({ c, b }: Request, entrant: Entrant): void {
  const { key } = entrant
  if (typeof b !== 'object' || b === null) throw malformed('A bulk message names its documents.')
  const ids = Array.isArray(b) ? b : Object.keys(b)
  if (c !== key.collection || ids.some((id) => id !== key.id)) {
    throw refused('This socket was opened for another document.')
  }
  if (!Array.isArray(b)) for (const id of ids) since((b as Record<string, unknown>)[id], entrant)
}

/** Whoever may not read the past loads the letter anew, however little they missed: nobody knows what they had seen. */
function since(v: unknown, { mayReadHistory }: Entrant): void {
  version(v)
  if (isGiven(v) && !mayReadHistory)
    throw new CollabError('op/version-behind', 'You may not read what was before. Fetch the letter anew.')
}

function isGiven(v: unknown): boolean {
  return v !== undefined && v !== null
}

function version(v: unknown): void {
  if (!isGiven(v)) return
  if (!Number.isSafeInteger(v) || (v as number) < 0) throw malformed('A version is a whole number from 0.')
}

function ownSource(source: string, entrant: Entrant): void {
  const provenance = entrant.provenance(source)
  if (provenance === 'own') return
  if (provenance === 'other-epoch') throw restored()
  throw new CollabError('op/foreign-source', 'This source was not issued to you. Connect without one.')
}

function restored(): CollabError {
  return new CollabError('server/restored', 'You know the letter from before the database was taken back.')
}

function name(kind: unknown): string {
  return typeof kind === 'string' ? JSON.stringify(kind.slice(0, 20)) : typeof kind
}

function malformed(message: string): CollabError {
  return new CollabError('message/malformed', message)
}

function refused(message: string): CollabError {
  return new CollabError('message/refused', message)
}
