import { expect } from 'chai'
import { CollabError } from '../../../ot/errors.ts'
import { bearerToken, checkHost, checkOrigin, type OriginHeaders } from '../../../server/auth/origin.ts'

const TOKEN_MODE = { signIn: 'token', allowedOrigins: ['https://letters.example'] } as const
const LOCAL_MODE = { signIn: 'local', allowedOrigins: [] } as const

function isRefused(work: () => void): boolean {
  try {
    work()
  } catch (error) {
    if (error instanceof CollabError && error.code === 'auth/origin') return true
    throw error
  }
  return false
}

describe('origins', () => {
  const cookie = 'copperplate-session=x'
  const authorization = 'Bearer x'
  const host = 'firm.example'

  const CASES: readonly [string, OriginHeaders, boolean][] = [
    ['the page this server gave', { host, cookie, origin: 'https://firm.example' }, true],
    ['the same over plain HTTP', { host, cookie, origin: 'http://firm.example' }, true],
    ['a host in capitals', { host: 'Firm.Example', cookie, origin: 'https://firm.example' }, true],
    ['a page on the list', { host, cookie, origin: 'https://letters.example' }, true],
    ['a page elsewhere', { host, cookie, origin: 'https://evil.example' }, false],
    ['a page elsewhere with a token', { host, authorization, origin: 'https://evil.example' }, false],
    ['a page whose name begins alike', { host, cookie, origin: 'https://firm.example.evil.example' }, false],
    ['a page whose name ends alike', { host, cookie, origin: 'https://evil-firm.example' }, false],
    ['a neighbour on another port', { host, cookie, origin: 'https://firm.example:8443' }, false],
    ['a listed name over plain HTTP', { host, cookie, origin: 'http://letters.example' }, false],
    ['a sandboxed page', { host, cookie, origin: 'null' }, false],
    ['an empty origin', { host, cookie, origin: '' }, false],
    ['a cookie without an origin', { host, cookie }, false],
    ['a cookie beside Basic credentials', { host, cookie, authorization: 'Basic eDp5' }, false],
    ['a program with a token', { host, authorization }, true],
    ['a program with a token and a cookie', { host, authorization, cookie }, true],
    ['nobody in particular', { host }, true],
    ['an origin, but no host', { cookie, origin: 'https://firm.example' }, false],
  ]
  for (const [who, headers, allowed] of CASES) {
    it(`[A6] ${who} is ${allowed ? 'let in' : 'refused'}`, () => {
      expect(isRefused(() => checkOrigin(headers, TOKEN_MODE))).to.equal(!allowed)
    })
  }

  const HOSTS: Readonly<Record<string, boolean>> = {
    localhost: true,
    'localhost:3000': true,
    '127.0.0.1:3000': true,
    '[::1]:3000': true,
    '[::1]': true,
    'evil.example:3000': false,
    'localhost.evil.example': false,
    '127.0.0.1.nip.io:3000': false,
    '192.168.1.5:3000': false,
    '': false,
  }
  for (const [name, allowed] of Object.entries(HOSTS)) {
    it(`[A6] in local mode a request to host "${name}" is ${allowed ? 'let in' : 'refused'}`, () => {
      expect(isRefused(() => checkHost(name, LOCAL_MODE))).to.equal(!allowed)
      expect(
        isRefused(() => checkOrigin({ host: name, cookie, origin: `http://${name}` }, LOCAL_MODE)),
      ).to.equal(!allowed)
      expect(isRefused(() => checkHost(name, TOKEN_MODE))).to.equal(false)
    })
  }

  it('[A6] in local mode a request without a host is refused', () => {
    expect(isRefused(() => checkHost(undefined, LOCAL_MODE))).to.equal(true)
  })

  it('only a Bearer token is a token', () => {
    expect(bearerToken('Bearer a.b.c')).to.equal('a.b.c')
    expect(bearerToken('bearer   a.b.c')).to.equal('a.b.c')
    for (const other of [undefined, '', 'Bearer', 'Bearer ', 'Basic a', 'Bearer a b', 'xBearer a']) {
      expect(bearerToken(other), other).to.equal(null)
    }
  })
})
