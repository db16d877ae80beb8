/** The past of a letter over REST: who changed what when, and the letter as it was. */

import { z } from 'zod'
import { CollabError } from '../../ot/errors.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { plainLine } from '../auth/plain-line.ts'
import type { NamedHistoryPage, VersionName } from '../doc/past.ts'
import { noteOf } from '../doc/rollback-note.ts'
import { type ApiParts, type Route, route } from './route.ts'

const PAGE_LENGTH = 50
const MAX_PAGE_LENGTH = 100
const MAX_PARTS = 1_000

const version = z.coerce.number().int().min(1)

/** Version 0 is before the letter was made. */
const span = z
  .strictObject({ from: z.coerce.number().int().min(0), to: version })
  .refine(({ from, to }) => from <= to, 'from must not be after to')

const name = z.string().transform((text, context) => {
  const line = plainLine(text)
  if (line !== null) return line
  context.addIssue('must be one line of 1 to 200 characters, without control characters')
  return z.NEVER
})

/** @throws CollabError request/not-found when ops are kept by an adapter that does not say who made them */
export function timeOf({ time }: ApiParts): NonNullable<ApiParts['time']> {
  if (time !== null) return time
  throw new CollabError(
    'request/not-found',
    'OP_LOG=sharedb-postgres keeps no history that can be read here.',
  )
}

export const PAST_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/docs/:id/history',
    scope: 'letter',
    action: 'history',
    query: z.strictObject({
      cursor: version.optional(),
      limit: z.coerce.number().int().min(1).max(MAX_PAGE_LENGTH).default(PAGE_LENGTH),
    }),
    async handle({ query, letter }, parts) {
      const page = await timeOf(parts).past.history(letter.id, query.cursor ?? null, query.limit)
      return { status: 200, body: showHistory(page) }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/docs/:id/compare',
    scope: 'letter',
    action: 'history',
    query: span,
    async handle({ query: { from, to }, letter, onProgress }, parts) {
      const passages = await timeOf(parts).past.compare(letter.id, from, to, onProgress)
      return { status: 200, json: [`{"from":${from},"to":${to},"passages":`, passages, '}'] }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/docs/:id/blame',
    scope: 'letter',
    action: 'history',
    query: z.strictObject({ version: version.optional() }),
    async handle({ query, letter, onProgress }, parts) {
      const at = query.version ?? letter.version
      const stretches = await timeOf(parts).past.blame(letter.id, at, onProgress)
      return { status: 200, json: [`{"version":${at},"stretches":`, stretches, '}'] }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/docs/:id/ops',
    scope: 'letter',
    action: 'history',
    query: span,
    async handle({ query: { from, to }, letter }, parts) {
      const ops = await timeOf(parts).past.ops(letter.id, from, to)
      const reached = ops.at(-1)?.version ?? to
      return { status: 200, body: { ops: ops.map(showOp), next: reached < to ? reached : null } }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/docs/:id/activity',
    scope: 'letter',
    action: 'history',
    query: z.strictObject({ parts: z.coerce.number().int().min(1).max(MAX_PARTS).default(100) }),
    async handle({ query, letter }, parts) {
      return { status: 200, body: await timeOf(parts).past.activity(letter.id, query.parts) }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/docs/:id/snapshots',
    scope: 'letter',
    action: 'history',
    async handle({ letter }, parts) {
      const names = await timeOf(parts).past.names(letter.id)
      return { status: 200, body: { names: names.map(showName) } }
    },
  }),

  route({
    method: 'POST',
    path: '/v1/docs/:id/snapshots',
    scope: 'letter',
    action: 'name-version',
    body: z.strictObject({ name, version: z.number().int().min(1).optional() }),
    async handle({ body, letter, principal }, parts) {
      const named = await timeOf(parts).past.name(letter.id, {
        version: body.version ?? letter.version,
        name: body.name,
        author: principal.member,
      })
      return { status: 201, body: showName(named) }
    },
  }),
]

function showHistory({ head, sessions, names, reasons, next }: NamedHistoryPage) {
  return {
    head,
    sessions: sessions.map(({ began, ended, ...session }) => ({
      ...session,
      began: new Date(began).toISOString(),
      ended: new Date(ended).toISOString(),
      reason: (session.origin === 'rollback' ? reasons.get(session.to) : null) ?? null,
      names: names.filter(({ version }) => version >= session.from && version <= session.to).map(showName),
    })),
    next: next === null ? null : String(next),
  }
}

function showName({ time, ...rest }: VersionName) {
  return { ...rest, at: new Date(time).toISOString() }
}

function showOp(logged: LoggedOp) {
  const { version, author, origin, time, change } = logged
  const restored = noteOf(logged)?.restored ?? null
  return { version, author, origin, at: new Date(time).toISOString(), restored, ...change }
}
