import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { ROUTES } from '../../server/api/api.ts'
import type { Route } from '../../server/api/route.ts'
import { type Action, may, type Role } from '../../server/auth/may.ts'
import { memberToken } from '../harness/tokens.ts'
import { cookieOf, type House, openHouse, type Person, person } from './api-house.ts'

/** A body each route accepts. A route with a body that is missing here fails its row. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /v1/docs': { title: 'A letter', type: 'letter' },
  'PATCH /v1/docs/:id': { title: 'Renamed' },
  'POST /v1/docs/:id/snapshots': { name: 'As it was sent' },
  'POST /v1/docs/:id/rollback': { toVersion: 1, reason: 'A mistake' },
}

/** A query each route needs. */
const QUERIES: Readonly<Record<string, string>> = {
  'GET /v1/docs/:id/compare': '?from=0&to=1',
  'GET /v1/docs/:id/ops': '?from=0&to=1',
}

describe('who may call what', () => {
  let house: House
  let ada: Person
  let adaCookie: string

  before(async function () {
    this.timeout(60_000)
    house = await openHouse({ allowedOrigins: ['https://letters.example'] })
    ada = person('Ada')
    adaCookie = cookieOf(await house.ask('POST', '/v1/session', { body: { token: ada.token } }))
  })
  after(() => house.close())

  /** Calls a route, on a letter of Ada's that nobody has touched. */
  async function call(route: Route, as: string | null, headers: Record<string, string> = {}) {
    const { body } = await house.ask('POST', '/v1/docs', {
      as: ada.token,
      body: { title: 'Letter', type: 'letter' },
    })
    const name = `${route.method} ${route.path}`
    const path = `${route.path.replace(':id', body.id)}${QUERIES[name] ?? ''}`
    return house.ask(route.method, path, { as, headers, body: BODIES[name] })
  }

  const CALLERS: readonly [string, { onLetter: Role; inFirm: Role }, () => Person][] = [
    ['the owner', { onLetter: 'owner', inFirm: 'editor' }, () => ada],
    ['a colleague', { onLetter: 'editor', inFirm: 'editor' }, () => person('Ben')],
    ['an admin of the firm', { onLetter: 'owner', inFirm: 'owner' }, () => person('Boss', { admin: true })],
    ['another firm', { onLetter: 'none', inFirm: 'editor' }, () => person('Eve', { firm: randomUUID() })],
    [
      'the admin of another firm',
      { onLetter: 'none', inFirm: 'owner' },
      () => person('Mallory', { firm: randomUUID(), admin: true }),
    ],
  ]

  function expected(role: Role, action: Action): number {
    if (role === 'none') return 404
    return may(role, action) ? 200 : 403
  }

  const guarded = ROUTES.flatMap((route) => (route.scope === 'public' ? [] : [route]))

  for (const route of guarded) {
    const name = `${route.method} ${route.path}`

    for (const [who, roles, come] of CALLERS) {
      const status = expected(route.scope === 'letter' ? roles.onLetter : roles.inFirm, route.action)
      it(`[A1] [A2] ${name} by ${who} is answered with ${status === 200 ? 'success' : status}`, async () => {
        const reply = await call(route, come().token)
        if (status === 200) expect(reply.status, reply.text).to.be.within(200, 204)
        else expect(reply.status, reply.text).to.equal(status)
        if (status === 403) expect(reply.body).to.include({ code: 'auth/forbidden', action: route.action })
        if (status === 404) expect(reply.body).to.include({ code: 'document/not-found' })
      })
    }

    it(`${name} without credentials is answered with 401`, async () => {
      const reply = await call(route, null)
      expect(reply.status).to.equal(401)
      expect(reply.body).to.include({ code: 'auth/required', remedy: 'sign-in' })
      expect(reply.headers['www-authenticate']).to.equal('Bearer')
    })

    it(`${name} with credentials that are no good is answered with 401`, async () => {
      const expired = memberToken({ sub: ada.id, firm: ada.firm, expiresIn: -60 })
      for (const token of [expired, 'garbage']) {
        const reply = await call(route, token)
        expect(reply.status).to.equal(401)
        expect(reply.body).to.include({ code: 'auth/invalid', remedy: 'sign-in' })
      }
      const cookie = `${adaCookie}x`
      expect((await call(route, null, { cookie, origin: `http://127.0.0.1:${house.port}` })).status).to.equal(
        401,
      )
    })

    it(`[A6] ${name} with a cookie ${route.method === 'GET' ? 'needs no' : 'needs a good'} Origin`, async () => {
      const origins: readonly [string | null, boolean][] = [
        [`http://localhost:${house.port}`, true],
        ['https://letters.example', true],
        [null, false],
        ['null', false],
        ['https://evil.example', false],
        [`http://localhost:${house.port + 1}`, false],
      ]
      for (const [origin, good] of origins) {
        const reply = await call(route, null, {
          host: `localhost:${house.port}`,
          cookie: adaCookie,
          ...(origin === null ? {} : { origin }),
        })
        if (good || route.method === 'GET') expect(reply.status, `${origin}`).to.be.within(200, 204)
        else expect(reply.body, `${origin}`).to.include({ status: 403, code: 'auth/origin' })
      }
    })
  }

  it('[A1] an id that is no UUID, and one nobody has, are the same: not found', async () => {
    const ids = [
      randomUUID(),
      randomUUID().toUpperCase(),
      'x',
      '%00',
      '..%2fmembers',
      "'%20or%201=1--",
      '%E0%A4%A',
    ]
    for (const id of ids) {
      for (const method of ['GET', 'DELETE']) {
        const reply = await house.ask(method, `/v1/docs/${id}`, { as: ada.token })
        expect(reply.status, id).to.equal(404)
      }
    }
  })

  it('a member belongs to one firm: a token that says otherwise is refused, and changes nothing', async () => {
    await house.ask('GET', '/v1/docs', { as: ada.token })
    const moved = person('Ada', { id: ada.id, firm: randomUUID(), admin: true })
    const reply = await house.ask('GET', '/v1/docs', { as: moved.token })
    expect(reply.body).to.include({ status: 401, code: 'auth/invalid' })
    expect((await house.ask('GET', '/v1/docs', { as: ada.token })).status).to.equal(200)
  })
})
