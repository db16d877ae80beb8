import { expect } from 'chai'
import { SignJWT } from 'jose'
import { CollabError } from '../../../ot/errors.ts'
import {
  noSessionCookie,
  SESSION_MS,
  Sessions,
  sessionCookie,
  sessionIn,
} from '../../../server/auth/session.ts'

const KEY = Buffer.alloc(32, 1)
const SECRET = 'a secret of more than thirty-two characters'
const ADA = '00000000-0000-4000-8000-00000000000a'
const START = 1_800_000_000_000

function clockAt(now: number) {
  return { now: () => now }
}

async function isRefused(sessions: Sessions, session: string): Promise<boolean> {
  try {
    await sessions.verify(session)
  } catch (error) {
    return error instanceof CollabError && error.code === 'auth/invalid'
  }
  return false
}

describe('sessions', () => {
  const sessions = new Sessions(KEY, SECRET, clockAt(START))

  it('last twelve hours, and half a minute for clocks that differ', async () => {
    const session = await sessions.issue(ADA)
    const end = START + SESSION_MS + 30_000
    expect(await sessions.verify(session)).to.deep.equal({ member: ADA, expiresAt: end })
    const isRefusedAt = (now: number) => isRefused(new Sessions(KEY, SECRET, clockAt(now)), session)
    expect(await isRefusedAt(end - 1_000)).to.equal(false)
    expect(await isRefusedAt(end)).to.equal(true)
    // Issued by a node whose clock is ahead.
    expect(await isRefusedAt(START - 10 * 60_000)).to.equal(false)
  })

  it('are known to every node that shares the key', async () => {
    const session = await sessions.issue(ADA)
    expect(await isRefused(new Sessions(KEY, SECRET, clockAt(START)), session)).to.equal(false)
    expect(await isRefused(new Sessions(Buffer.alloc(32, 2), SECRET, clockAt(START)), session)).to.equal(true)
  })

  it('end when the secret of the tokens changes', async () => {
    const session = await sessions.issue(ADA)
    expect(await isRefused(new Sessions(KEY, `${SECRET}!`, clockAt(START)), session)).to.equal(true)
  })

  it('chosen freely in local mode are worth nothing once there is a secret', async () => {
    const session = await new Sessions(KEY, null, clockAt(START)).issue(ADA)
    expect(await isRefused(sessions, session)).to.equal(true)
  })

  it('cannot be made from a token, or from anything else', async () => {
    const token = await new SignJWT({ sub: ADA, aud: 'session' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(START / 1000 + 60)
      .sign(new TextEncoder().encode(SECRET))
    for (const word of [token, '', 'x', 'x'.repeat(5_000)])
      expect(await isRefused(sessions, word)).to.equal(true)
  })

  it('travel in a cookie that scripts cannot read and other sites cannot send', async () => {
    const cookie = sessionCookie('value', true)
    expect(cookie).to.match(
      /^copperplate-session=value; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    )
    expect(sessionCookie('value', false)).not.to.include('Secure')
    expect(noSessionCookie(false)).to.match(/=; Path=\/; Max-Age=0;/)
  })

  it('are found among other cookies', () => {
    expect(sessionIn('a=b; copperplate-session=x.y.z; c=d')).to.equal('x.y.z')
    for (const cookie of [undefined, '', 'a=b', 'copperplate-session=', 'xcopperplate-session=x', ';;=;']) {
      expect(sessionIn(cookie), cookie).to.equal(null)
    }
  })
})
