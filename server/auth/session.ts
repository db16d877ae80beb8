/**
 * Sessions of browsers: a cookie with a JWT of our own, which says which member signed in, and until when.
 *
 * Nothing but the member is in it, so that a changed name or a lost right counts at once. The key is derived
 * from a key in the database, which all nodes share, and from the secret of the tokens: a new JWT_SECRET ends
 * every session that an old token began, and a session chosen freely in local mode is worth nothing once
 * there is a JWT_SECRET.
 */

import { createHmac } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { CollabError } from '../../ot/errors.ts'
import { UUID } from '../../ot/wire.ts'
import type { Clock } from '../clock.ts'
import { LEEWAY_S } from './token.ts'

export const SESSION_MS = 12 * 60 * 60 * 1000

const COOKIE = 'copperplate-session'
const AUDIENCE = 'session'
const MAX_LENGTH = 1_024

export interface Session {
  /** Member UUID. */
  readonly member: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export class Sessions {
  readonly #key: Uint8Array
  readonly #clock: Clock

  /**
   * @param key        the same on every node
   * @param jwtSecret  null in local mode
   */
  constructor(key: Uint8Array, jwtSecret: string | null, clock: Clock) {
    this.#key = createHmac('sha256', key)
      .update(jwtSecret === null ? 'local' : `token ${jwtSecret}`)
      .digest()
    this.#clock = clock
  }

  /** A signed session for a member, to be put into the cookie. */
  async issue(member: string): Promise<string> {
    const issuedAt = Math.floor(this.#clock.now() / 1000)
    return new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(member)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + SESSION_MS / 1000)
      .sign(this.#key)
  }

  /** @throws CollabError `auth/invalid` */
  async verify(session: string): Promise<Session> {
    if (session.length > MAX_LENGTH) throw invalid()
    const { payload } = await jwtVerify(session, this.#key, {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      clockTolerance: LEEWAY_S,
      currentDate: new Date(this.#clock.now()),
      requiredClaims: ['sub', 'exp'],
    }).catch((cause: unknown) => {
      throw invalid(cause)
    })
    const { sub, exp } = payload
    if (sub === undefined || !UUID.test(sub) || exp === undefined) throw invalid()
    return { member: sub, expiresAt: (exp + LEEWAY_S) * 1000 }
  }
}

/** The session in a Cookie header; null when there is none. */
export function sessionIn(cookie: string | undefined): string | null {
  for (const pair of cookie?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === COOKIE && value) return value
  }
  return null
}

/** The Set-Cookie header that begins a session. */
export function sessionCookie(session: string, secure: boolean): string {
  return cookie(session, SESSION_MS / 1000, secure)
}

/** The Set-Cookie header that ends it. */
export function noSessionCookie(secure: boolean): string {
  return cookie('', 0, secure)
}

function cookie(value: string, maxAgeS: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return `${COOKIE}=${value}; ${attributes}`
}

function invalid(cause?: unknown): CollabError {
  return new CollabError('auth/invalid', 'The session has ended. Sign in again.', { cause })
}
