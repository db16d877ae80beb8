/**
 * The members this server has met. A member comes into being with the first valid token that names one, and
 * takes the name and the rights of the newest.
 *
 * What was read or written within the last second is not asked for again, so that a busy member costs the
 * database one lookup a second, and a change on one node is known to all of them a second later.
 */

import { CollabError } from '../../ot/errors.ts'
import type { Clock } from '../clock.ts'
import type { Member, MemberStore } from '../store/members.ts'

const FRESH_MS = 1_000
const MAX_REMEMBERED = 10_000

export class Roster {
  readonly #store: MemberStore
  readonly #clock: Clock
  readonly #remembered = new Map<string, { readonly member: Member; readonly at: number }>()

  constructor(store: MemberStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  async find(id: string): Promise<Member | null> {
    const fresh = this.#recall(id)
    if (fresh !== null) return fresh
    const found = await reach(this.#store.find(id))
    if (found !== null) this.#remember(found)
    return found
  }

  /**
   * Writes a member down when new or changed.
   *
   * @throws CollabError `auth/invalid` when the member id belongs to another firm
   */
  async admit(member: Member): Promise<Member> {
    const known = await this.find(member.id)
    if (known !== null && isSame(known, member)) return known
    const admitted = await reach(this.#store.put(member))
    if (admitted === null) {
      throw new CollabError('auth/invalid', 'The token names a member of another firm.')
    }
    this.#remember(admitted)
    return admitted
  }

  /** The members of a firm, by name. */
  async list(firm: string): Promise<Member[]> {
    return reach(this.#store.list(firm))
  }

  #recall(id: string): Member | null {
    const entry = this.#remembered.get(id)
    // A clock that was set back must not make it fresh until it has caught up.
    return entry !== undefined && Math.abs(this.#clock.now() - entry.at) < FRESH_MS ? entry.member : null
  }

  /** The oldest is forgotten first: a Map iterates in the order of insertion. */
  #remember(member: Member): void {
    this.#remembered.delete(member.id)
    this.#remembered.set(member.id, { member, at: this.#clock.now() })
    if (this.#remembered.size > MAX_REMEMBERED) {
      this.#remembered.delete(this.#remembered.keys().next().value as string) // not empty: one was just added
    }
  }
}

function isSame(a: Member, b: Member): boolean {
  return a.firm === b.firm && a.name === b.name && a.admin === b.admin
}

/** Nobody is refused for a fault of ours: whoever cannot be looked up is told to come back. */
async function reach<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw new CollabError('server/unavailable', 'The list of members cannot be reached at the moment.', {
      cause,
    })
  }
}
