/**
 * What a route is: data. Who may call it and what it takes are read by one function (`serve.ts`), so that no
 * handler can forget to ask, and by the tests, which try every role on every route.
 */

import type { z } from 'zod'
import type { Authenticator } from '../auth/authenticate.ts'
import type { Action, Role } from '../auth/may.ts'
import type { OriginRules } from '../auth/origin.ts'
import type { Principal } from '../auth/principal.ts'
import type { Letter, Letters } from '../doc/letters.ts'
import type { Past } from '../doc/past.ts'
import type { Rollbacks } from '../doc/rollback.ts'
import type { Log } from '../log.ts'

/** What the door needs of the house. */
export interface ApiParts {
  readonly auth: Authenticator
  readonly letters: Letters
  /** The past of letters, and going back there; null when a stock adapter keeps the ops. */
  readonly time: { readonly past: Past; readonly rollbacks: Rollbacks } | null
  readonly origins: OriginRules
  /**
   * Resolves when this node can serve. Throws CollabError `server/closing` or `server/unavailable` when
   * not.
   */
  readonly ready: () => Promise<void>
  /** Folder of the built client. */
  readonly clientDir: string
  readonly log: Log
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export interface Answer {
  readonly status: number
  readonly body?: unknown
  /** Instead of `body`, when that is written already: one piece of JSON after the other. */
  readonly json?: readonly (string | Uint8Array)[]
  readonly headers?: Readonly<Record<string, string>>
}

/** What every handler is given. */
export interface Call<Body, Query> {
  readonly body: Body
  readonly query: Query
  readonly cookie: string | undefined
  readonly authorization: string | undefined
  /** The browser came over TLS, here or at the balancer. */
  readonly secure: boolean
  /** To be told now and then which part is done, from 0 to 1: for a caller that wants to hear it. */
  readonly onProgress: (part: number) => void
}

export interface FirmCall<Body, Query> extends Call<Body, Query> {
  readonly principal: Principal
}

export interface LetterCall<Body, Query> extends FirmCall<Body, Query> {
  readonly letter: Letter
  readonly role: Role
}

interface Shape<Body, Query> {
  readonly method: Method
  readonly path: string
  readonly body?: z.ZodType<Body>
  readonly query?: z.ZodType<Query>
}

/** Anybody may call it. */
export interface PublicRoute<Body, Query> extends Shape<Body, Query> {
  readonly scope: 'public'
  handle(call: Call<Body, Query>, parts: ApiParts): Promise<Answer>
}

/** The action is asked of the member's own firm. */
export interface FirmRoute<Body, Query> extends Shape<Body, Query> {
  readonly scope: 'firm'
  readonly action: Action
  handle(call: FirmCall<Body, Query>, parts: ApiParts): Promise<Answer>
}

/** The path names a letter by `:id`, and the action is asked of that letter. */
export interface LetterRoute<Body, Query> extends Shape<Body, Query> {
  readonly scope: 'letter'
  readonly action: Action
  handle(call: LetterCall<Body, Query>, parts: ApiParts): Promise<Answer>
}

/**
 * `handle` is a method, so a table can hold routes whose bodies differ; `serve` gives each what its own
 * schema made.
 */
export type Route<Body = unknown, Query = unknown> =
  | PublicRoute<Body, Query>
  | FirmRoute<Body, Query>
  | LetterRoute<Body, Query>

/** Gives a route the types of its schemas. */
export function route<Body = undefined, Query = unknown>(definition: Route<Body, Query>): Route {
  return definition as Route // widened: see Route
}
