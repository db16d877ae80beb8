import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { cookieOf, type House, openHouse, type Person, person } from './api-house.ts'

describe('signing in with a token', () => {
  let house: House
  let ada: Person

  before(async function () {
    this.timeout(60_000)
    house = await openHouse()
    ada = person('Ada', { admin: true })
  })
  after(() => house.close())

  it('a stranger is told how to sign in', async () => {
    const { body, status } = await house.ask('GET', '/v1/session')
    expect(status).to.equal(200)
    expect(body).to.deep.equal({ member: null, signIn: 'token', members: [] })
  })

  it('[A6] a token is exchanged for a cookie, and the cookie says who it is', async () => {
    const reply = await house.ask('POST', '/v1/session', { body: { token: ada.token } })
    expect(reply.status).to.equal(200)
    expect(reply.headers['set-cookie']?.[0]).to.match(/; HttpOnly; SameSite=Strict$/)
    const member = { id: ada.id, firm: ada.firm, name: 'Ada', admin: true }
    expect(reply.body).to.deep.equal({ member, signIn: 'token', members: [] })

    const session = await house.ask('GET', '/v1/session', { headers: { cookie: cookieOf(reply) } })
    expect(session.body.member).to.deep.equal(member)
  })

  it('the cookie is for TLS only when the browser came over TLS', async () => {
    const reply = await house.ask('POST', '/v1/session', {
      body: { token: ada.token },
      headers: { 'x-forwarded-proto': 'https' },
    })
    expect(reply.headers['set-cookie']?.[0]).to.match(/; Secure$/)
  })

  it('a session that is forged is no session', async () => {
    const reply = await house.ask('GET', '/v1/session', { headers: { cookie: 'copperplate-session=x.y.z' } })
    expect(reply.status).to.equal(200)
    expect(reply.body.member).to.equal(null)
  })

  it('a bad token begins no session', async () => {
    const reply = await house.ask('POST', '/v1/session', { body: { token: `${ada.token}x` } })
    expect(reply.body).to.include({ status: 401, code: 'auth/invalid' })
    expect(reply.headers).not.to.have.property('set-cookie')
  })

  it('nobody chooses who they are', async () => {
    for (const body of [{ member: ada.id }, { name: 'Ada' }]) {
      const reply = await house.ask('POST', '/v1/session', { body })
      expect(reply.body).to.include({ status: 403, code: 'auth/forbidden' })
      expect(reply.headers).not.to.have.property('set-cookie')
    }
  })

  it('a page elsewhere signs nobody in, and nobody out', async () => {
    for (const [method, body] of [
      ['POST', { token: ada.token }],
      ['DELETE', undefined],
    ] as const) {
      const reply = await house.ask(method, '/v1/session', {
        body,
        headers: { origin: 'https://evil.example' },
      })
      expect(reply.body).to.include({ status: 403, code: 'auth/origin' })
    }
  })

  it('signing out takes the cookie away', async () => {
    const reply = await house.ask('DELETE', '/v1/session')
    expect(reply.status).to.equal(204)
    expect(cookieOf(reply)).to.equal('copperplate-session=')
  })

  it('a new name is known from the next token on', async () => {
    const clerk = person('Clerk')
    await house.ask('GET', '/v1/members', { as: clerk.token })
    const renamed = person('Head Clerk', { id: clerk.id })
    const { body } = await house.ask('GET', '/v1/members', { as: renamed.token })
    expect(body.members.filter(({ id }) => id === clerk.id)).to.deep.equal([
      { id: clerk.id, name: 'Head Clerk' },
    ])
  })

  it('no token and no cookie is in the log', async () => {
    const cookie = cookieOf(await house.ask('POST', '/v1/session', { body: { token: ada.token } }))
    await house.ask('POST', '/v1/session', {
      as: `${ada.token}x`,
      headers: { cookie },
      body: { token: 'garbage' },
    })
    const log = house.log.join('')
    expect(log).not.to.include(ada.token.slice(-20))
    expect(log).not.to.include(cookie.slice(-20))
  })
})

describe('signing in without tokens, on this machine', () => {
  let house: House
  let host: string
  let origin: string

  before(async function () {
    this.timeout(60_000)
    house = await openHouse({ jwtSecret: null })
    host = `localhost:${house.port}`
    origin = `http://${host}`
  })
  after(() => house.close())

  it('a person continues as somebody new, or as somebody who is there', async () => {
    const created = await house.ask('POST', '/v1/session', {
      headers: { host, origin },
      body: { name: ' Ada ' },
    })
    expect(created.status).to.equal(200)
    const ada = { id: created.body.member?.id, name: 'Ada' }
    expect(created.body).to.deep.include({ signIn: 'local', members: [ada] })

    const chosen = await house.ask('POST', '/v1/session', {
      headers: { host, origin },
      body: { member: ada.id },
    })
    expect(chosen.body.member).to.deep.equal(created.body.member)

    const headers = { host, origin, cookie: cookieOf(chosen) }
    const letter = await house.ask('POST', '/v1/docs', { headers, body: { title: 'Hello', type: 'letter' } })
    expect(letter.status).to.equal(201)
    expect((await house.ask('GET', '/v1/docs', { headers })).body.docs).to.have.length(1)
  })

  it('whom one can continue as is listed for anybody', async () => {
    await house.ask('POST', '/v1/session', { headers: { host, origin }, body: { name: 'Ben' } })
    const { body } = await house.ask('GET', '/v1/session', { headers: { host } })
    expect(body.member).to.equal(null)
    expect(body.members.map(({ name }) => name)).to.include('Ben')
  })

  it('nobody continues as a member there is not', async () => {
    const reply = await house.ask('POST', '/v1/session', {
      headers: { host, origin },
      body: { member: randomUUID() },
    })
    expect(reply.body).to.include({ status: 401, code: 'auth/invalid' })
  })

  it('tokens are not taken', async () => {
    const { token } = person('Ada')
    expect((await house.ask('GET', '/v1/docs', { as: token })).body).to.include({
      status: 401,
      code: 'auth/invalid',
    })
    expect((await house.ask('POST', '/v1/session', { body: { token } })).status).to.equal(401)
  })

  it('[A6] a page that points its own name at this machine gets nothing', async () => {
    const evil = `evil.example:${house.port}`
    for (const path of ['/v1/session', '/v1/docs', '/', '/v1/nothing']) {
      const reply = await house.ask('GET', path, { headers: { host: evil, accept: 'text/html' } })
      expect(reply.body, path).to.include({ status: 403, code: 'auth/origin' })
    }
    const headers = { host: evil, origin: `http://${evil}` }
    const reply = await house.ask('POST', '/v1/session', { headers, body: { name: 'Eve' } })
    expect(reply.body).to.include({ status: 403, code: 'auth/origin' })
  })

  it('a balancer may ask for its health under any name', async () => {
    expect((await house.ask('GET', '/healthz', { headers: { host: 'node-1' } })).status).to.equal(200)
  })
})
