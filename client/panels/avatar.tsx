import type { Person } from '../api.ts'
import { initials, personColour } from './person-colour.ts'
import './avatar.css'

/** A person as a coloured disc. Somebody whose name is not known any more is a grey one. */
export function Avatar({ person, size = 26 }: { person: Person | null; size?: number }) {
  return (
    <span
      className="avatar"
      style={{
        width: size,
        height: size,
        fontSize: Math.round(size * 0.4),
        background: person ? personColour(person.id) : 'var(--person-8)',
      }}
      aria-hidden="true"
    >
      {person ? initials(person.name) : '?'}
    </span>
  )
}

/** Several people, overlapping, with their names for those who do not see the colours. */
export function Avatars({ people, label }: { people: readonly (Person | null)[]; label: string }) {
  return (
    <span className="avatars" role="img" aria-label={label} data-tip={label}>
      {people.map((person, index) => (
        <Avatar key={person?.id ?? `unknown-${index}`} person={person} size={22} />
      ))}
    </span>
  )
}
