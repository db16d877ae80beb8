import { createHmac, randomUUID } from 'node:crypto'

/** Long enough for the server to take, and plainly no secret. */
export const TEST_SECRET = 'the secret of the test suite, known to everybody'

export interface MemberClaims {
  readonly sub?: string
  readonly firm?: string
  readonly name?: string
  readonly admin?: boolean
  /** Seconds from now; negative for a token that has expired. */
  readonly expiresIn?: number
}

/** A token as a firm's identity provider would sign it (JWT, HS256). Whoever is not named is somebody new. */
export function memberToken(
  {
    sub = randomUUID(),
    firm = randomUUID(),
    name = 'Ada Example',
    admin = false,
    expiresIn = 3_600,
  }: MemberClaims = {},
  secret: string = TEST_SECRET,
): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub, firm, name, ...(admin ? { admin } : {}), iat: now, exp: now + expiresIn }
  const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Whom a token is for. */
export function memberIn(token: string): string {
  const [, payload] = token.split('.')
  return (JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as { sub: string }).sub
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
