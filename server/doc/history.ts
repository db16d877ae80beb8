/** The history of a document as people read it: who sat at it when, and how much they changed. */

import type { Component, LetterDocument, LetterOp } from '../../ot/component.ts'
import { componentLength, totalLength } from '../../ot/component.ts'
import { type EditingSession, editingSessions } from '../../ot/editing-sessions.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import type { Document } from './document.ts'

/** Ops read at a time, and at most for one page: a longer session is answered in pieces. */
const PIECE = 500
const MAX_OPS = 5_000

/** How much was changed, UTF-16 code units. */
export interface ChangeSize {
  readonly added: number
  readonly deleted: number
  /** Of those that stayed: how many were given other formats. */
  readonly formatted: number
}

export type SizedSession = EditingSession & ChangeSize

export interface HistoryPage {
  /** Newest first. */
  readonly sessions: readonly SizedSession[]
  /** The version the next page ends with; null when there is none. */
  readonly next: number | null
}

/**
 * A page of the history: the sessions up to version `to`, newest first. Reads the end of the log only, however long it is.
 *
 * @param limit  sessions at most
 */
export async function historyPage(document: Document, to: number, limit: number): Promise<HistoryPage> {
  let ops: LoggedOp[] = []
  let sessions: EditingSession[] = []
  let after = to
  while (after > 0 && ops.length < MAX_OPS && sessions.length <= limit) {
    const end = after
    after = Math.max(0, after - PIECE)
    ops = [...(await opsBetween(document, after, end)), ...ops]
    sessions = editingSessions(ops)
  }
  // The oldest one may have begun before what was read.
  if (after > 0 && sessions.length > 1) sessions.shift()
  const shown = sessions.slice(-limit)
  const [oldest] = shown
  const next = oldest === undefined || oldest.from === 1 ? null : oldest.from - 1
  const first = ops[0]?.version ?? 0
  const sized = shown.map((session) => ({
    ...session,
    ...sizeOf(ops.slice(session.from - first, session.to - first + 1)),
  }))
  return { sessions: sized.reverse(), next }
}

/** The ops that lead from version `after` to version `to`, however long they are. */
export async function opsBetween(document: Document, after: number, to: number): Promise<LoggedOp[]> {
  const ops: LoggedOp[] = []
  while (after + ops.length < to) ops.push(...(await document.ops(after + ops.length, to)))
  return ops
}

/** The ops between two versions, as many at a time as are worth handling in one go. @param onPiece  told how many were read */
export async function* pieces(
  document: Document,
  after: number,
  to: number,
  onPiece: (read: number) => void = () => undefined,
) {
  for (let at = after; at < to; onPiece(at - after)) {
    const ops = await document.ops(at, to)
    at += ops.length
    yield ops
  }
}

function sizeOf(ops: readonly LoggedOp[]): ChangeSize {
  const size = { added: 0, deleted: 0, formatted: 0 }
  for (const { change } of ops) {
    if ('op' in change) addSize(size, (change.op as LetterOp).ops)
    else if ('create' in change) size.added += totalLength((change.create.data as LetterDocument).ops)
  }
  return size
}

function addSize(size: Record<keyof ChangeSize, number>, components: readonly Component[]): void {
  for (const component of components) {
    const length = componentLength(component)
    if (component.insert !== undefined) size.added += length
    else if (component.delete !== undefined) size.deleted += length
    else if (component.attributes !== undefined) size.formatted += length
  }
}
