import { LIMITS } from '../../ot/wire.ts'

/** Control characters, halves of surrogate pairs, and the two separators Unicode adds to the line break. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * What the name of a member or the title of a letter may be: one line that the database can store and every
 * screen can show.
 *
 * @returns the text without blanks at its ends; null when it is empty, too long, or not a line
 */
export function plainLine(text: string): string | null {
  const line = text.trim()
  return line.length >= 1 && line.length <= LIMITS.titleLength && !NOT_PLAIN.test(line) ? line : null
}
