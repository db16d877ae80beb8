import { expect } from 'chai'
import { CollabError } from '../../ot/errors.ts'
import { ROUTES } from '../../server/api/api.ts'
import { DbError } from '../../server/store/db.ts'
import { type House, openHouse, type Person, person } from './api-house.ts'

describe('problems', () => {
  let house: House
  let ada: Person
  let fault: unknown = null

  before(async function () {
    this.timeout(60_000)
    house = await openHouse({
      ready: async () => {
        if (fault !== null) throw fault
      },
      around: (documents) => ({
        submit: (key, submission) => documents.submit(key, submission),
        read: async (key) => {
          if (fault !== null) throw fault
          return documents.read(key)
        },
      }),
    })
    ada = person('Ada')
  })
  after(() => house.close())
  afterEach(() => {
    fault = null
  })

  function post(body: unknown, headers: Record<string, string> = {}) {
    return house.ask('POST', '/v1/docs', { as: ada.token, body, headers })
  }

  /** Reads a letter while the documents fail like this. */
  async function failing(error: unknown) {
    const { body } = await post({ title: 'Letter', type: 'letter' })
    fault = error
    return house.ask('GET', `/v1/docs/${body.id}?content=1`, { as: ada.token })
  }

  it('have one shape, and say what to do', async () => {
    const reply = await house.ask('GET', '/v1/docs')
    expect(reply.headers['content-type']).to.match(/^application\/problem\+json/)
    expect(reply.body).to.deep.equal({
      type: 'urn:copperplate:error:auth/required',
      title: 'Unauthorized',
      status: 401,
      detail: 'Sign in first.',
      code: 'auth/required',
      remedy: 'sign-in',
    })
  })

  it('are never cached, and neither are answers', async () => {
    for (const as of [null, ada.token]) {
      expect((await house.ask('GET', '/v1/docs', { as })).headers['cache-control']).to.equal('no-store')
    }
  })

  const BODIES: readonly [string, unknown, readonly string[]][] = [
    ['no body', undefined, ['']],
    ['a list', [], ['']],
    ['null', 'null', ['']],
    ['a missing title', { type: 'letter' }, ['title']],
    ['an empty title', { title: '  ', type: 'letter' }, ['title']],
    ['a title of 201 characters', { title: 'x'.repeat(201), type: 'letter' }, ['title']],
    ['a title with a line break', { title: 'a\nb', type: 'letter' }, ['title']],
    ['a title with NUL', { title: 'a\u0000', type: 'letter' }, ['title']],
    ['half a surrogate pair', { title: 'a\ud800', type: 'letter' }, ['title']],
    ['another type', { title: 'a', type: 'memo' }, ['type']],
    ['an unknown key', { title: 'a', type: 'letter', owner: 'me' }, ['']],
    ['an id that is no UUID', { id: 'x', title: 'a', type: 'letter' }, ['id']],
    ['three faults', { id: 7, title: 7, type: 7 }, ['id', 'title', 'type']],
  ]
  for (const [what, body, paths] of BODIES) {
    it(`a body with ${what} is refused, and every fault is listed`, async () => {
      const reply = await post(body)
      expect(reply.body).to.include({ status: 400, code: 'request/malformed', remedy: 'never' })
      expect(reply.body.issues.map(({ path }) => path).sort()).to.deep.equal([...paths].sort())
    })
  }

  it('a body that is not JSON is refused', async () => {
    for (const text of ['{', '{"title":', 'title=a', '\ufffe']) {
      expect((await post(text)).body, text).to.include({ status: 400, code: 'request/malformed' })
    }
    const form = await post('title=a', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(form.body).to.include({ status: 400, code: 'request/malformed' })
    const latin = await post('{}', { 'content-type': 'application/json; charset=latin1' })
    expect(latin.body).to.include({ status: 400, code: 'request/malformed' })
    const packed = await post('{}', { 'content-encoding': 'gzip' })
    expect(packed.body).to.include({ status: 400, code: 'request/malformed' })
  })

  it('[T14] a body over 1 MiB is refused', async () => {
    const reply = await post({ title: 'x'.repeat(1024 * 1024), type: 'letter' })
    expect(reply.body).to.include({ status: 413, code: 'message/too-large' })
  })

  it('nothing is read from those who are not signed in', async () => {
    const reply = await house.ask('POST', '/v1/docs', { body: '{' })
    expect(reply.status).to.equal(401)
  })

  const QUERIES = [
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1.5',
    'limit=1&limit=2',
    'cursor=x',
    'cursor=',
    'other=1',
  ]
  for (const query of QUERIES) {
    it(`a list with ?${query} is refused`, async () => {
      const reply = await house.ask('GET', `/v1/docs?${query}`, { as: ada.token })
      expect(reply.body, reply.text).to.include({ status: 400, code: 'request/malformed' })
      expect(reply.body.issues.map((issue) => issue.in)).to.include('the query')
    })
  }

  it('a path nobody serves is not found', async () => {
    for (const path of ['/v1', '/v1/nothing', '/v1/docs/x/y', '/nothing', '/v2/docs']) {
      const reply = await house.ask('GET', path, { as: ada.token })
      expect(reply.body, path).to.include({ status: 404, code: 'request/not-found' })
    }
  })

  for (const path of new Set(ROUTES.map((route) => route.path))) {
    it(`${path} says which methods it has`, async () => {
      const known = ROUTES.filter((route) => route.path === path).map((route) => route.method as string)
      const unknown = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
        (method) => !known.includes(method),
      )
      for (const method of unknown) {
        const reply = await house.ask(method, path, { as: ada.token })
        expect(reply.body, method).to.include({ status: 405, code: 'request/method' })
        expect(reply.headers.allow?.split(', ').filter((allowed) => allowed !== 'HEAD')).to.have.members(
          known,
        )
      }
    })
  }

  it('[T23] a fault of ours says nothing of what is inside, but where to look for it', async () => {
    const reply = await failing(
      new DbError('refused', '22003', new Error('select secret_column from letters')),
    )
    expect(reply.body).to.include({ status: 500, code: 'server/fault', remedy: 'same' })
    expect(reply.text).not.to.match(/22003|select|secret_column|letters|\.ts/)
    const { incident } = JSON.parse(reply.text) as { incident: string }
    const line = house.log.find((candidate) => candidate.includes(incident))
    expect(line).to.include('secret_column')
  })

  it('something thrown that is no error is a fault as well', async () => {
    expect((await failing('a string')).body).to.include({ status: 500, code: 'server/fault' })
  })

  it('[S8] a database that is away is no fault of the caller: send it again', async () => {
    const away = [
      new DbError('unreachable', null, new Error('ECONNREFUSED 10.1.2.3')),
      new DbError('unknown', null, new Error('timeout')),
      new DbError('refused', '57014', new Error('canceling statement due to statement timeout')),
      new DbError('refused', '53100', new Error('disk full')),
    ]
    for (const error of away) {
      const reply = await failing(error)
      expect(reply.body).to.include({ status: 503, code: 'server/unavailable', remedy: 'same' })
      expect(reply.headers['retry-after']).to.equal('1')
      expect(reply.text).not.to.include(error.message)
    }
  })

  it('health: the process answers whatever else is wrong; readiness says what is wrong', async () => {
    expect((await house.ask('GET', '/readyz')).status).to.equal(200)
    fault = new CollabError('server/closing', 'This server is shutting down. Connect again.')
    expect((await house.ask('GET', '/readyz')).body).to.include({ status: 503, code: 'server/closing' })
    expect((await house.ask('GET', '/healthz')).status).to.equal(200)
  })
})
