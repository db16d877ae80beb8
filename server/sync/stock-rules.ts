/**
 * The rules of documents, put into the hooks of a stock ShareDB backend, which has none of its own: it stores whatever
 * its type does not throw at, and answers with the text of whatever exception there was.
 *
 * The adapter calls back from inside a `try`: what a hook throws comes back to it as a second answer. So no hook throws.
 */

import { CollabError, type ErrorCode } from '../../ot/errors.ts'
import { COLLECTION_TYPE, type DocumentType, documentType } from '../../ot/types.ts'
import type { Collection } from '../../ot/wire.ts'
import { applyEdit } from '../doc/step.ts'
import type { AgentBase, ReceiveContext, Request, ShareBackend, ShareOp } from './sharedb.ts'

export interface StockSnapshot {
  readonly v: number
  readonly type: string | null
  data: unknown
}

/** A submit request, as far as the hooks look. */
export interface SubmitContext {
  readonly agent: AgentBase
  readonly collection: string
  readonly op: ShareOp
  /** What the op was transformed over. */
  readonly ops: readonly ShareOp[]
  readonly snapshot: StockSnapshot
  /** Composes `op` after the op, and has its author told. */
  $fixup(op: unknown): void
  readonly _fixupOps: readonly { readonly op: unknown }[]
}

type Next = (error?: unknown) => void

/** A stock backend, with the hooks that are used here. */
export interface StockBackend extends Omit<ShareBackend, 'use'> {
  use(action: 'receive', hook: (context: ReceiveContext, next: Next) => void): void
  use(action: 'submit' | 'apply', hook: (context: SubmitContext, next: Next) => void): void
  use(
    action: 'readSnapshots',
    hook: (context: { readonly snapshots: readonly StockSnapshot[] }, next: Next) => void,
  ): void
}

/** The greatest version the adapter's tables can hold: Postgres refuses to compare with more. */
const MAX_VERSION = 2 ** 31 - 1

/** Puts the rules into the hooks. The gate must be there already. */
export function imposeRules(backend: StockBackend): void {
  backend.use('receive', ({ data }, next) => next(checkVersions(data)))
  backend.use('submit', (context, next) => next(failureOf(() => checkGrammar(context))))
  backend.use('apply', (context, next) => next(failureOf(() => complete(context))))
  backend.use('readSnapshots', ({ snapshots }, next) => next(failureOf(() => snapshots.forEach(putInOrder))))
}

function failureOf(work: () => void): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}

function checkVersions({ a, v, b }: Request): CollabError | undefined {
  const versions = typeof b === 'object' && b !== null && !Array.isArray(b) ? Object.values(b) : [v]
  if (!versions.some((version) => typeof version === 'number' && version > MAX_VERSION)) return undefined
  const code = a === 'nf' ? 'document/no-version' : 'op/version-ahead'
  return new CollabError(code, 'There is no such version. Fetch the letter anew.')
}

/** What is checked without the document (rule D3). */
function checkGrammar({ collection, op }: SubmitContext): void {
  const type: DocumentType | undefined = COLLECTION_TYPE[collection as Collection] // of ours, says the gate
  if (op.create !== undefined) op.create.data = typeFor(op.create.type).parseCreate(op.create.data)
  else if ('op' in op) op.op = (type ?? typeFor(collection)).parseOp(op.op)
}

/** What needs the document: it is at the version the op was transformed up to. */
function complete(context: SubmitContext): void {
  const { op, ops, snapshot } = context
  if (!('op' in op) || snapshot.type === null) return
  const type = typeFor(snapshot.type)
  const edit = applyEdit(type, snapshot.data, op.op, ops.length > 0)
  // It keeps the op as it was, for the case that it has to be transformed once more.
  if (edit.fixup !== null) context.$fixup(edit.fixup)
  op.op = edit.op
}

/** jsonb puts the formats of a text into an order of its own; a letter has them in one order everywhere. */
function putInOrder(snapshot: StockSnapshot): void {
  if (snapshot.type !== null) snapshot.data = typeFor(snapshot.type).ottype.create(snapshot.data)
}

function typeFor(name: string): DocumentType {
  const type = documentType(name)
  if (type !== undefined) return type
  throw new CollabError('op/malformed', `There is no document type ${JSON.stringify(name)}.`, {
    data: { rule: 'D1' },
  })
}

/** ShareDB's complaints that mean that the client sent something wrong. All others are ours. */
const FAULTS_OF_CLIENTS: ReadonlyMap<unknown, ErrorCode> = new Map<unknown, ErrorCode>([
  ['ERR_MESSAGE_BADLY_FORMED', 'message/malformed'],
  ['ERR_CONNECTION_SEQ_INTEGER_OVERFLOW', 'message/malformed'],
  ['ERR_OT_OP_BADLY_FORMED', 'op/malformed'],
  ['ERR_OT_OP_NOT_APPLIED', 'op/does-not-fit'],
  ['ERR_DOC_DOES_NOT_EXIST', 'document/not-found'],
  ['ERR_DOC_WAS_DELETED', 'document/not-found'],
  ['ERR_DOC_ALREADY_CREATED', 'document/exists'],
  ['ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT', 'op/version-ahead'],
])

/** An error of the backend or the adapter in our vocabulary; it says nothing of what Postgres said. */
export function collabError(error: unknown): CollabError {
  if (error instanceof CollabError) return error
  const { code, message } = error as { code?: unknown; message?: string }
  const known = FAULTS_OF_CLIENTS.get(code)
  if (known !== undefined) return new CollabError(known, message ?? known, { cause: error })
  return new CollabError('server/unavailable', 'The database does not answer. Try again.', { cause: error })
}
