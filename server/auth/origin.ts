/**
 * Which pages a browser may come from.
 *
 * A browser sends the session cookie with whatever page asks it to. `SameSite` stops other sites but not a
 * neighbour on the same site or port, and does not exist for sockets everywhere; so a cookie counts only
 * beside an Origin that is ours. A program shows its token in a header no page can make a browser send, and
 * needs no Origin.
 */

import { CollabError } from '../../ot/errors.ts'
import { type Config, isLoopback } from '../config.ts'

export interface OriginHeaders {
  readonly origin?: string | undefined
  readonly host?: string | undefined
  readonly authorization?: string | undefined
  readonly cookie?: string | undefined
}

export type OriginRules = Pick<Config, 'allowedOrigins' | 'signIn'>

/**
 * To be asked before every WebSocket upgrade and every REST call that changes something.
 *
 * @throws CollabError `auth/origin`
 */
export function checkOrigin(headers: OriginHeaders, rules: OriginRules): void {
  checkHost(headers.host, rules)
  const { origin } = headers
  if (origin === undefined) {
    if (headers.cookie === undefined || bearerToken(headers.authorization) !== null) return
    throw refused('A request that carries a session cookie must carry an Origin header as well.')
  }
  if (isOwnOrigin(origin, headers.host) || rules.allowedOrigins.includes(origin)) return
  throw refused(
    'This page is not allowed to use the server. Its operator can add the origin to ALLOWED_ORIGINS.',
  )
}

/**
 * In local mode whoever reaches the server may be anyone, so a page on the internet must not reach it: by
 * pointing its own name at 127.0.0.1 (DNS rebinding) it would become same-origin, and only the Host header
 * gives it away.
 *
 * @throws CollabError `auth/origin`
 */
export function checkHost(host: string | undefined, rules: OriginRules): void {
  if (rules.signIn !== 'local' || (host !== undefined && isLoopback(host.replace(/:\d+$/, '')))) return
  throw refused('Without JWT_SECRET this server answers only to localhost, 127.0.0.1 and [::1].')
}

/**
 * The token of an `Authorization: Bearer` header. Other schemes do not count: a browser may add `Basic` by
 * itself.
 */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false
  const own = host.toLowerCase()
  return origin === `http://${own}` || origin === `https://${own}`
}

function refused(message: string): CollabError {
  return new CollabError('auth/origin', message)
}
