/** Signing in and out of a browser. Programs do not need it: they show their token with every call. */

import { z } from 'zod'
import { CollabError } from '../../ot/errors.ts'
import { UUID } from '../../ot/wire.ts'
import type { Authenticator, Member, SignedIn } from '../auth/authenticate.ts'
import { plainLine } from '../auth/plain-line.ts'
import { noSessionCookie, sessionCookie } from '../auth/session.ts'
import { type Route, route } from './route.ts'

const name = z.string().transform((text, context) => {
  const line = plainLine(text)
  if (line !== null) return line
  context.addIssue('must be one line of 1 to 200 characters, without control characters')
  return z.NEVER
})

const signIn = z
  .strictObject({
    member: z.string().regex(UUID, 'must be a UUID in lower case').optional(),
    name: name.optional(),
    token: z.string().min(1).optional(),
  })
  .refine((body) => Object.keys(body).length === 1, 'must hold exactly one of member, name and token')

export const SESSION_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/session',
    scope: 'public',
    async handle({ authorization, cookie }, { auth }) {
      return { status: 200, body: await show(auth, await whoAsks(auth, { authorization, cookie })) }
    },
  }),

  route({
    method: 'POST',
    path: '/v1/session',
    scope: 'public',
    body: signIn,
    async handle({ body, secure }, { auth }) {
      const { member, session } = await begin(auth, body)
      return {
        status: 200,
        headers: { 'Set-Cookie': sessionCookie(session, secure) },
        body: await show(auth, member),
      }
    },
  }),

  route({
    method: 'DELETE',
    path: '/v1/session',
    scope: 'public',
    async handle({ secure }) {
      return { status: 204, headers: { 'Set-Cookie': noSessionCookie(secure) } }
    },
  }),
]

async function begin(auth: Authenticator, body: z.output<typeof signIn>): Promise<SignedIn> {
  if (body.token !== undefined) return auth.signInWithToken(body.token)
  if (body.member !== undefined) return auth.signInAs(body.member)
  if (body.name !== undefined) return auth.signInAsNew(body.name)
  throw new Error('the schema let a body through that holds none of its three keys')
}

/** Not being signed in is an answer here, not an error; neither is a session that has ended. */
async function whoAsks(
  auth: Authenticator,
  credentials: Parameters<Authenticator['authenticate']>[0],
): Promise<Member | null> {
  try {
    const { member: id, firm, name, admin } = await auth.authenticate(credentials)
    return { id, firm, name, admin }
  } catch (error) {
    if (error instanceof CollabError && error.remedy === 'sign-in') return null
    throw error
  }
}

async function show(auth: Authenticator, member: Member | null) {
  const members = auth.mode === 'local' ? await auth.localMembers() : []
  return { member, signIn: auth.mode, members: members.map(({ id, name }) => ({ id, name })) }
}
