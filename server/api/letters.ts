/** Letters over REST. Their text is edited over the socket; here it can be read. */

import { z } from 'zod'
import { LIMITS, UUID } from '../../ot/wire.ts'
import { assertMay, type Role, roleOf } from '../auth/may.ts'
import { plainLine } from '../auth/plain-line.ts'
import type { Letter } from '../doc/letters.ts'
import type { Snapshot } from '../doc/types.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { timeOf } from './past.ts'
import { type ApiParts, type Route, route } from './route.ts'

const PAGE_LENGTH = 50
const MAX_PAGE_LENGTH = 100

const title = z.string().transform((text, context) => {
  const line = plainLine(text)
  if (line !== null) return line
  context.addIssue(`must be one line of 1 to ${LIMITS.titleLength} characters, without control characters`)
  return z.NEVER
})

const cursor = z.string().transform((word, context) => {
  const position = decodeCursor(word)
  if (position !== null) return position
  context.addIssue('must be the value of next of an earlier answer')
  return z.NEVER
})

export const LETTER_ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/docs',
    scope: 'firm',
    action: 'create',
    body: z.strictObject({
      id: z.string().regex(UUID, 'must be a UUID in lower case').optional(),
      title,
      type: z.literal('letter'),
    }),
    async handle({ body, principal }, { letters }) {
      const { firm, member } = principal
      const { letter, existed } = await letters.create({ id: body.id, firm, member, title: body.title })
      return {
        status: existed ? 200 : 201,
        headers: { Location: `/v1/docs/${letter.id}` },
        body: show(letter, roleOf(principal, letter)),
      }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/docs',
    scope: 'firm',
    action: 'list',
    query: z.strictObject({
      cursor: cursor.optional(),
      limit: z.coerce.number().int().min(1).max(MAX_PAGE_LENGTH).default(PAGE_LENGTH),
    }),
    async handle({ query, principal }, { letters }) {
      const page = await letters.list(principal.firm, query.cursor ?? null, query.limit)
      return {
        status: 200,
        body: {
          docs: page.letters.map((letter) => show(letter, roleOf(principal, letter))),
          next: page.next === null ? null : encodeCursor(page.next),
        },
      }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/docs/:id',
    scope: 'letter',
    action: 'read',
    query: z
      .strictObject({
        content: z.enum(['0', '1']).default('0'),
        version: z.coerce.number().int().min(1).optional(),
        at: z.iso.datetime({ offset: true }).optional(),
      })
      .refine(
        ({ version, at }) => version === undefined || at === undefined,
        'must not hold both version and at',
      ),
    async handle({ query, letter, role }, parts) {
      const isPast = query.version !== undefined || query.at !== undefined
      if (query.content === '0' && !isPast) return { status: 200, body: show(letter, role) }
      const { version, data } = isPast
        ? await readPast(query, letter, role, parts)
        : await parts.letters.read(letter.id)
      return { status: 200, body: { ...show(letter, role), version, content: data } }
    },
  }),

  route({
    method: 'PATCH',
    path: '/v1/docs/:id',
    scope: 'letter',
    action: 'rename',
    body: z.strictObject({ title }),
    async handle({ body, letter, role }, { letters }) {
      return { status: 200, body: show(await letters.rename(letter, body.title), role) }
    },
  }),

  route({
    method: 'DELETE',
    path: '/v1/docs/:id',
    scope: 'letter',
    action: 'archive',
    async handle({ letter }, { letters }) {
      await letters.archive(letter)
      return { status: 204 }
    },
  }),
]

/** @throws CollabError auth/forbidden, document/no-version */
async function readPast(
  query: { readonly version?: number | undefined; readonly at?: string | undefined },
  letter: Letter,
  role: Role,
  parts: ApiParts,
): Promise<Pick<Snapshot, 'version' | 'data'>> {
  assertMay(role, 'history')
  const { past } = timeOf(parts)
  const version = query.version ?? (await past.versionAt(letter.id, Date.parse(query.at!)))
  return { version, data: await past.content(letter.id, version) }
}

/** A letter as one member sees it. People are ids; names are at /v1/members. */
function show(letter: Letter, role: Role) {
  return {
    id: letter.id,
    type: 'letter',
    title: letter.title,
    version: letter.version,
    role,
    createdAt: new Date(letter.createdUs / 1000).toISOString(),
    createdBy: letter.createdBy,
    updatedAt: new Date(letter.updatedAt).toISOString(),
    updatedBy: letter.updatedBy,
  }
}
