import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { CollabError } from '../../../ot/errors.ts'
import type { Principal } from '../../../server/auth/principal.ts'
import { Sessions } from '../../../server/auth/session.ts'
import { tokenVerifier } from '../../../server/auth/token.ts'

const SECRET = 'a secret of more than thirty-two characters'
const KEY = new TextEncoder().encode(SECRET)
const NOW_S = 1_800_000_000
const CLOCK = { now: () => NOW_S * 1000 }
const ADA = '00000000-0000-4000-8000-00000000000a'
const FIRM = '00000000-0000-4000-8000-00000000000f'

/** The key a forger would like to be used. */
const EMBEDDED_KEY = { kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url') }

const verify = tokenVerifier(SECRET, CLOCK)
const claims = { sub: ADA, firm: FIRM, name: 'Ada', exp: NOW_S + 60 }

function sign(payload: JWTPayload, key: Uint8Array = KEY, alg = 'HS256'): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(key)
}

/** A token whose parts are exactly these, signed or not. */
function raw(header: object, payload: unknown, signature: string): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode(header)}.${encode(payload)}.${signature}`
}

async function refusal(token: string | Promise<string>): Promise<CollabError> {
  const verified: Promise<Principal> = verify(await token)
  const error = await verified.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof CollabError) return error
  throw new Error('the token was not refused as it should be', { cause: error })
}

describe('tokens', () => {
  it('a good token says who it is', async () => {
    expect(await verify(await sign(claims))).to.deep.equal({
      member: ADA,
      firm: FIRM,
      name: 'Ada',
      admin: false,
      expiresAt: (NOW_S + 90) * 1000,
    })
    expect(await verify(await sign({ ...claims, admin: true }))).to.include({ admin: true })
    expect(await verify(await sign({ ...claims, name: '  Ada ' }))).to.include({ name: 'Ada' })
  })

  it('clocks may differ by thirty seconds', async () => {
    await verify(await sign({ ...claims, exp: NOW_S - 29 }))
    await verify(await sign({ ...claims, nbf: NOW_S + 29 }))
  })

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' })

  const CORPUS: Readonly<Record<string, () => string | Promise<string>>> = {
    'the algorithm none': () => new UnsecuredJWT(claims).encode(),
    'the algorithm None, spelt otherwise': () => raw({ alg: 'nOnE' }, claims, ''),
    'the algorithm HS512': () => sign(claims, KEY, 'HS512'),
    'an RSA signature': () => new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey),
    'HS256 with a public key': () => sign(claims, new TextEncoder().encode(publicPem.toString())),
    'another secret': () => sign(claims, new TextEncoder().encode(`${SECRET}!`)),
    'an embedded key': () =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', jwk: EMBEDDED_KEY })
        .sign(new TextEncoder().encode('x'.repeat(32))),
    'a key id that is a path': () =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: '../../dev/null' })
        .sign(new Uint8Array(32)),
    'an unknown critical header': () => raw({ alg: 'HS256', crit: ['x'], x: 1 }, claims, 'AAAA'),
    'no expiry': () => sign({ ...claims, exp: undefined }),
    'an expiry that is no number': () => sign({ ...claims, exp: 'never' as unknown as number }),
    'an expiry beyond counting': () => sign({ ...claims, exp: 1e300 }),
    'an expiry in the past': () => sign({ ...claims, exp: NOW_S - 31 }),
    'a beginning in the future': () => sign({ ...claims, nbf: NOW_S + 31 }),
    'no member': () => sign({ ...claims, sub: undefined }),
    'a member that is no UUID': () => sign({ ...claims, sub: 'ada@example.com' }),
    'a member in capitals': () => sign({ ...claims, sub: ADA.toUpperCase() }),
    'a member with a line break behind it': () => sign({ ...claims, sub: `${ADA}\n` }),
    'no firm': () => sign({ ...claims, firm: undefined }),
    'a firm that is no UUID': () => sign({ ...claims, firm: 'Smith & Co' }),
    'a list of firms': () => sign({ ...claims, firm: [FIRM] }),
    'no name': () => sign({ ...claims, name: undefined }),
    'an empty name': () => sign({ ...claims, name: ' ' }),
    'a name of 201 characters': () => sign({ ...claims, name: 'x'.repeat(201) }),
    'a name with a line break': () => sign({ ...claims, name: 'Ada\nBen' }),
    'a name with NUL': () => sign({ ...claims, name: 'Ada\u0000' }),
    'half a surrogate pair': () => sign({ ...claims, name: 'Ada\ud800' }),
    'an admin claim of another type': () => sign({ ...claims, admin: 'true' }),
    'a payload that is no object': () => raw({ alg: 'HS256' }, [claims], 'AAAA'),
    'a session of a browser': () => new Sessions(KEY, SECRET, CLOCK).issue(ADA),
    'a changed payload': async () => {
      const [header, , signature] = (await sign(claims)).split('.')
      const payload = Buffer.from(JSON.stringify({ ...claims, admin: true })).toString('base64url')
      return `${header}.${payload}.${signature}`
    },
    'no signature': async () => (await sign(claims)).replace(/[^.]*$/, ''),
    'a fourth part': async () => `${await sign(claims)}.x`,
    'no token at all': () => '',
    garbage: () => 'garbage',
    'a huge token': () => sign({ ...claims, more: 'x'.repeat(10_000) }),
    'a huge token that is no token': () => 'x'.repeat(1_000_000),
  }
  for (const [what, token] of Object.entries(CORPUS)) {
    it(`refuses ${what}`, async () => {
      const error = await refusal(token())
      expect(error.code).to.equal('auth/invalid')
      expect(error.status).to.equal(401)
    })
  }

  it('says when a token has merely expired', async () => {
    expect((await refusal(sign({ ...claims, exp: NOW_S - 60 }))).message).to.match(/expired/)
  })
})
