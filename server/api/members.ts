/** The members of the own firm: whose names the ids in documents stand for. */

import { type Route, route } from './route.ts'

export const MEMBER_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/members',
    scope: 'firm',
    action: 'list',
    async handle({ principal }, { auth }) {
      const members = await auth.membersOf(principal.firm)
      return { status: 200, body: { members: members.map(({ id, name }) => ({ id, name })) } }
    },
  }),
]
