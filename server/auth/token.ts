/**
 * Tokens: what a firm's identity provider signs, and programs show.
 *
 * JWT, HS256 and nothing else: the algorithm is pinned here and never read from the token. `exp` is required,
 * so that a leaked token ends by itself.
 */

import { errors, jwtVerify } from 'jose'
import { CollabError } from '../../ot/errors.ts'
import { UUID } from '../../ot/wire.ts'
import type { Clock } from '../clock.ts'
import { plainLine } from './plain-line.ts'
import type { Principal } from './principal.ts'

/** How far apart two honest clocks may be, seconds: credentials are taken for so much longer. */
export const LEEWAY_S = 30

/** Ours have some 300 characters. Longer ones are refused before any work is done for them. */
const MAX_TOKEN_LENGTH = 4_096

/** Far enough for anybody, near enough for arithmetic with milliseconds. */
const MAX_EXP_S = 1e11

export type TokenVerifier = (token: string) => Promise<Principal>

/**
 * Claims: `sub` member UUID, `firm` firm UUID, `name`, `exp`, and `admin: true` for an admin of the firm.
 *
 * @returns a function that throws CollabError `auth/invalid` for every token but a good one
 */
export function tokenVerifier(secret: string, clock: Clock): TokenVerifier {
  const key = new TextEncoder().encode(secret)

  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) throw invalid('The token is too long.')
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      clockTolerance: LEEWAY_S,
      currentDate: new Date(clock.now()),
      requiredClaims: ['sub', 'firm', 'name', 'exp'],
    }).catch((cause: unknown) => {
      throw invalid(reasonOf(cause), cause)
    })

    const { sub, firm, name, admin, exp } = payload
    if (!isUuid(sub)) throw invalid('The claim sub must be the UUID of a member, in lower case.')
    if (!isUuid(firm)) throw invalid('The claim firm must be the UUID of a firm, in lower case.')
    const line = typeof name === 'string' ? plainLine(name) : null
    if (line === null) throw invalid('The claim name must be one line of 1 to 200 characters.')
    if (admin !== undefined && typeof admin !== 'boolean')
      throw invalid('The claim admin must be true or false.')
    if (exp === undefined || exp > MAX_EXP_S) throw invalid('The claim exp must be a time in seconds.')
    return { member: sub, firm, name: line, admin: admin === true, expiresAt: (exp + LEEWAY_S) * 1000 }
  }
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}

function reasonOf(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'The token has expired.'
  if (cause instanceof errors.JWTClaimValidationFailed)
    return `The claim ${cause.claim} is missing or not valid.`
  return 'The token is not valid.'
}

function invalid(message: string, cause?: unknown): CollabError {
  return new CollabError('auth/invalid', message, { cause })
}
