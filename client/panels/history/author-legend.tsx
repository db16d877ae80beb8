import { useMemo } from 'react'
import type { Run } from '../../history/marked-letter.ts'
import type { People } from '../people.ts'
import { personColour } from '../person-colour.ts'

/** Whose colours there are on the sheet, those who wrote most of it first. */
export function AuthorLegend({ runs, people }: { runs: readonly Run[]; people: People }) {
  const authors = useMemo(() => authorsOf(runs), [runs])
  return (
    <ul className="strip legend" aria-label="Authors">
      {authors.map((author) => (
        <li key={author} className="legend-one">
          <span
            className="legend-dot"
            style={{ background: author === null ? 'var(--person-8)' : personColour(author) }}
            aria-hidden="true"
          />
          {people.nameOf(author)}
        </li>
      ))}
    </ul>
  )
}

function authorsOf(runs: readonly Run[]): (string | null)[] {
  const lengths = new Map<string | null, number>()
  for (const { insert, mark } of runs) {
    if (mark === undefined || insert === '\n') continue
    const length = typeof insert === 'string' ? insert.length : 1
    lengths.set(mark.author, (lengths.get(mark.author) ?? 0) + length)
  }
  return [...lengths].sort(([, a], [, b]) => b - a).map(([author]) => author)
}
