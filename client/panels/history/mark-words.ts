import type { LookOf } from '../../history/draw-block.ts'
import type { Mark } from '../../history/marked-letter.ts'
import type { People } from '../people.ts'
import { personColour } from '../person-colour.ts'

export function looksOf(people: People): LookOf {
  return (mark) => ({
    colour: mark.author === null ? 'var(--person-8)' : personColour(mark.author),
    words: wordsOf(mark, people),
  })
}

const FORMATS: Readonly<Record<string, string>> = {
  align: 'alignment',
  background: 'highlight',
  blockquote: 'quotation',
  'code-block': 'block of code',
  color: 'colour',
  header: 'heading',
  script: 'super- or subscript',
}

function wordsOf({ kind, author, formats }: Mark, people: People): string {
  const name = people.nameOf(author)
  if (kind === 'written') return name
  if (kind === 'added') return `Added by ${name}`
  if (kind === 'deleted') return `Deleted by ${name}`
  return `${listed(formats.map((format) => FORMATS[format] ?? format))} changed by ${name}`
}

/** "Bold", "Bold and colour", "Bold, colour and link". */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? 'formatting'
  const text = words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
  return text.charAt(0).toUpperCase() + text.slice(1)
}
