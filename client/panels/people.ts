import { useEffect, useState } from 'react'
import { api, type Member, type Person } from '../api.ts'

/** The members of my firm, as far as this page knows them. */
export class People {
  /** Those known. */
  readonly members: readonly Person[]
  /** What somebody is called whom we do not know: that they left can be said when all members are known, not before. */
  readonly stranger: 'Somebody' | 'Somebody who left'
  readonly #byId: ReadonlyMap<string, Person>

  constructor(members: readonly Person[], areAll: boolean) {
    this.members = members
    this.stranger = areAll ? 'Somebody who left' : 'Somebody'
    this.#byId = new Map(members.map((person) => [person.id, person]))
  }

  /** @returns null for a machine, and for whom we do not know */
  find(id: string | null): Person | null {
    return (id !== null && this.#byId.get(id)) || null
  }

  /** @param author  a member's id; null for a machine */
  nameOf(author: string | null): string {
    return author === null ? 'A machine' : (this.find(author)?.name ?? this.stranger)
  }
}

/** Only me, until the server has named the others. Without them everything else is still said. */
export function usePeople(me: Member): People {
  const [people, setPeople] = useState(() => new People([me], false))
  useEffect(() => {
    api.members().then(
      (members) => setPeople(new People(members, true)),
      () => {},
    )
  }, [])
  return people
}
