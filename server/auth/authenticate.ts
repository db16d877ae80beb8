/**
 * Finds out who is asking, from the headers of a request or of a socket upgrade.
 *
 * With JWT_SECRET a program shows a token in the Authorization header, and a browser exchanges one for a
 * session cookie. Without it the server is in local mode: it listens on this machine only, and whoever opens
 * the page chooses who they are.
 */

import { randomUUID } from 'node:crypto'
import { CollabError } from '../../ot/errors.ts'
import type { Clock } from '../clock.ts'
import type { Config, SignInMode } from '../config.ts'
import type { Member, MemberStore } from '../store/members.ts'
import { bearerToken } from './origin.ts'
import type { Principal } from './principal.ts'
import { Roster } from './roster.ts'
import { Sessions, sessionIn } from './session.ts'
import { type TokenVerifier, tokenVerifier } from './token.ts'

export type { Member }

/** The firm everybody belongs to in local mode. */
export const LOCAL_FIRM = '00000000-0000-4000-8000-000000000001'

export interface Credentials {
  readonly authorization?: string | undefined
  readonly cookie?: string | undefined
}

/** A person who has just signed in, and the session to put into the cookie. */
export interface SignedIn {
  readonly member: Member
  readonly session: string
}

export class Authenticator {
  readonly mode: SignInMode
  readonly #roster: Roster
  readonly #sessions: Sessions
  readonly #verify: TokenVerifier | null

  /** @param sessionKey  the same on every node */
  constructor(config: Pick<Config, 'jwtSecret'>, members: MemberStore, sessionKey: Uint8Array, clock: Clock) {
    const { jwtSecret } = config
    this.mode = jwtSecret === null ? 'local' : 'token'
    this.#roster = new Roster(members, clock)
    this.#sessions = new Sessions(sessionKey, jwtSecret, clock)
    this.#verify = jwtSecret === null ? null : tokenVerifier(jwtSecret, clock)
  }

  /**
   * A token wins over a cookie. For a cookie the caller must also ask `checkOrigin`.
   *
   * @throws CollabError `auth/required` without credentials, `auth/invalid` with bad ones,
   *         `server/unavailable`
   */
  async authenticate(credentials: Credentials): Promise<Principal> {
    const token = bearerToken(credentials.authorization)
    if (token !== null) return this.#admit(token)

    const session = sessionIn(credentials.cookie)
    if (session === null) throw new CollabError('auth/required', 'Sign in first.')
    const { member: id, expiresAt } = await this.#sessions.verify(session)
    const member = await this.#roster.find(id)
    if (member === null) throw new CollabError('auth/invalid', 'Your account no longer exists.')
    return principalOf(member, expiresAt)
  }

  /** Exchanges a token for a session. */
  async signInWithToken(token: string): Promise<SignedIn> {
    const { member: id, firm, name, admin } = await this.#admit(token)
    return this.#begin({ id, firm, name, admin })
  }

  /** Local mode: continue as somebody who is already there. */
  async signInAs(id: string): Promise<SignedIn> {
    this.#assertLocal()
    const member = await this.#roster.find(id)
    if (member?.firm !== LOCAL_FIRM) throw new CollabError('auth/invalid', 'There is no such member.')
    return this.#begin(member)
  }

  /** Local mode: continue as somebody new. */
  async signInAsNew(name: string): Promise<SignedIn> {
    this.#assertLocal()
    return this.#begin(await this.#roster.admit({ id: randomUUID(), firm: LOCAL_FIRM, name, admin: false }))
  }

  /** Local mode: whom one can continue as. */
  async localMembers(): Promise<Member[]> {
    this.#assertLocal()
    return this.#roster.list(LOCAL_FIRM)
  }

  async membersOf(firm: string): Promise<Member[]> {
    return this.#roster.list(firm)
  }

  async #admit(token: string): Promise<Principal> {
    if (this.#verify === null) {
      throw new CollabError('auth/invalid', 'This server takes no tokens, because JWT_SECRET is not set.')
    }
    const { member: id, firm, name, admin, expiresAt } = await this.#verify(token)
    return principalOf(await this.#roster.admit({ id, firm, name, admin }), expiresAt)
  }

  async #begin(member: Member): Promise<SignedIn> {
    return { member, session: await this.#sessions.issue(member.id) }
  }

  #assertLocal(): void {
    if (this.mode === 'local') return
    throw new CollabError(
      'auth/forbidden',
      'This server takes sign-in tokens; nobody can choose who they are.',
    )
  }
}

function principalOf(member: Member, expiresAt: number | null): Principal {
  return { member: member.id, firm: member.firm, name: member.name, admin: member.admin, expiresAt }
}
