import type { Component, Insert } from '../../ot/component.ts'
import type { Random } from '../../test/harness/random.ts'
import { type Edit, type Ledger, tokensIn } from './ledger.ts'

type Attributes = NonNullable<Component['attributes']>

const INLINE: readonly Attributes[] = [
  { bold: true },
  { italic: true },
  { bold: null },
  { color: '#a00' },
  { link: 'https://example.org/' },
  { script: 'sub' },
]
/** Some of them exclude one another (rule L5). */
const BLOCK: readonly Attributes[] = [
  { header: 1 },
  { header: 2 },
  { list: 'bullet' },
  { list: 'ordered' },
  { blockquote: true },
  { 'code-block': true },
  { header: null },
  { list: null },
  { align: 'center' },
  { indent: 1 },
]

/**
 * What a person does next to the letter before them: an op that any client would take.
 *
 * Adding a line after the last newline, or taking that one out where another stands before it, is for our own client,
 * which says the same thing in another way (rule L5.5). A stock client does not, and what it has transformed itself
 * before sending it may be refused.
 */
export function nextEdit(letter: readonly Insert[], isOwn: boolean, random: Random, ledger: Ledger): Edit {
  const text = letter.map(({ insert }) => (typeof insert === 'string' ? insert : '￼')).join('')
  // A letter that has grown is cut down.
  const kind = text.length > 60 ? random.below(10) : 3 + random.below(17)
  if (kind < 6 && text.length > 1) return deletion(text, isOwn, random)
  if (kind < 7 && text.length > 1) return giving(inlineFormat(text, random))
  if (kind < 8) return giving(blockFormat(text, random))
  if (kind < 9) return giving(twoInsertions(text, random, ledger))
  return giving(insertion(text, isOwn, random, ledger))
}

function insertion(text: string, isOwn: boolean, random: Random, ledger: Ledger): Component[] {
  const token = ledger.newToken()
  if (isOwn && random.chance(0.1)) return at(text.length, { insert: `${token}\n` })
  const position = place(text, random)
  if (random.chance(0.15))
    return at(position, { insert: token }, { insert: '\n', attributes: random.pick(BLOCK.slice(0, 6)) })
  const attributes = random.chance(0.2) ? { attributes: random.pick(INLINE.slice(0, 2)) } : {}
  return at(position, { insert: random.chance(0.1) ? `${token}\n` : token, ...attributes })
}

function twoInsertions(text: string, random: Random, ledger: Ledger): Component[] {
  const [from, to] = stretch(text.length - 1, random)
  const first = ledger.newToken()
  if (from === to) return at(from, { insert: first })
  const second = String.fromCharCode(first.charCodeAt(0) + 1)
  return at(from, { insert: first }, { retain: to - from }, { insert: second })
}

/** Anything but the last newline, or that one when another stands before it. */
function deletion(text: string, isOwn: boolean, random: Random): Edit {
  if (isOwn && text.endsWith('\n\n') && random.chance(0.3)) return giving(at(text.length - 1, { delete: 1 }))
  const from = random.below(text.length - 1)
  const length = Math.min(text.length - 1 - from, 1 + random.below(random.chance(0.1) ? 20 : 3))
  return { op: at(from, { delete: length }), takes: tokensIn(text.slice(from, from + length)) }
}

function giving(op: readonly Component[]): Edit {
  return { op, takes: [] }
}

function inlineFormat(text: string, random: Random): Component[] {
  const [from, to] = stretch(text.length - 1, random)
  return at(from, { retain: Math.max(1, to - from), attributes: random.pick(INLINE) })
}

function blockFormat(text: string, random: Random): Component[] {
  const newlines = [...text].flatMap((unit, index) => (unit === '\n' ? [index] : []))
  return at(random.pick(newlines), { retain: 1, attributes: random.pick(BLOCK) })
}

/** People write where they wrote, and where others do. */
function place(text: string, random: Random): number {
  return random.chance(0.3) ? 0 : random.below(text.length)
}

function stretch(end: number, random: Random): [number, number] {
  const [a, b] = [random.below(end + 1), random.below(end + 1)]
  return a < b ? [a, b] : [b, a]
}

function at(position: number, ...components: Component[]): Component[] {
  return position === 0 ? components : [{ retain: position }, ...components]
}
