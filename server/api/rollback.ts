/** Going back over REST. */

import { z } from 'zod'
import { UUID } from '../../ot/wire.ts'
import type { Wanted } from '../doc/rollback.ts'
import { timeOf } from './past.ts'
import { type Route, route } from './route.ts'

const MAX_REASON_LENGTH = 1_000

const number = z.number().int().min(1)
const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const place = z.number().int().min(0)

const rest = {
  selection: z
    .strictObject({ start: place, end: place, version: number })
    .refine(({ start, end }) => start <= end, 'start must not be after end')
    .optional(),
  preview: z.boolean().default(false),
  reason: z.string().trim().min(1).max(MAX_REASON_LENGTH).optional(),
}

const body = z
  .union(
    [
      z.strictObject({ toVersion: number, ...rest }),
      z.strictObject({ author: z.string().regex(UUID), since: moment.optional(), ...rest }),
      z.strictObject({ session: z.strictObject({ from: number, to: number }), ...rest }),
      z.strictObject({ from: moment, to: moment, ...rest }),
      z.strictObject({ undo: number, ...rest }),
    ],
    'must hold exactly one of toVersion, author (with since), session {from, to}, from and to (times), and undo',
  )
  .refine(({ preview, reason }) => preview || reason !== undefined, {
    message: 'is required, unless it is a preview',
    path: ['reason'],
  })

export const ROLLBACK_ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/docs/:id/rollback',
    scope: 'letter',
    action: 'rollback',
    body,
    async handle({ body: { selection, preview, reason, ...wanted }, letter, principal, onProgress }, parts) {
      const { rollbacks } = timeOf(parts)
      const { firm, member } = principal
      const request = { letter: letter.id, firm, member, wanted: wanted as Wanted, within: selection ?? null }
      if (!preview) return { status: 200, body: await rollbacks.run(request, reason!, onProgress) }
      return { status: 200, body: { preview: true, ...(await rollbacks.preview(request, onProgress)) } }
    },
  }),
]
