import { useEffect, useState } from 'react'
import { api, type Member } from '../../api.ts'
import type { People } from './mark-words.ts'

/** The names of my firm. Without them everything else is still said. */
export function usePeople(member: Member): People {
  const [people, setPeople] = useState<People>(() => new Map([[member.id, member]]))
  useEffect(() => {
    api.members().then(
      (members) => setPeople(new Map(members.map((person) => [person.id, person]))),
      () => {},
    )
  }, [])
  return people
}
