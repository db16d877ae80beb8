/**
 * The colour and the initials of a person. Both depend on nothing but the person, so that everybody sees the same on
 * every screen.
 */
const COLOURS = 8

/** A CSS colour: one of the eight, by the member's id (FNV-1a over its characters). */
export function personColour(memberId: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < memberId.length; i++) hash = Math.imul(hash ^ memberId.charCodeAt(i), 0x01000193)
  return `var(--person-${((hash >>> 0) % COLOURS) + 1})`
}

/** First letters of the first and last word: "Editor One" is EO. A single word gives one letter. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = firstCharacter(words[0])
  return (words.length > 1 ? first + firstCharacter(words[words.length - 1]) : first).toLocaleUpperCase()
}

function firstCharacter(word: string): string {
  return [...word][0] ?? '?'
}
