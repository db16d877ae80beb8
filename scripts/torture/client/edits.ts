/** What a writer does next: words come and go, grow bold, become headings and lists. */

import type { Component, Insert } from '../../../ot/component.ts'
import type { Random } from '../../../test/harness/random.ts'
import { tokensIn } from '../check/ledger.ts'

export interface Edit {
  readonly op: readonly Component[]
  readonly tokens: readonly string[]
  readonly deleted: readonly string[]
}

const WORDS = ['amber ', 'brook ', 'the quick ', 'fjord\n', 'and\n', 'naïve ', '日本語 ', '👩‍🚀 ', 'x', 'é']
/** Some write their letters small, and one in many pastes a chapter. */
const MOST_WORDS = 60
const MOST_PASTED = 4_000
const PASTES = 0.01
/** A letter that has grown past this is shortened sooner than it is written on. */
const LONG = 20_000

/**
 * @param letter  in canonical form, ending with a newline
 * @param token   gives a new one
 */
export function nextEdit(random: Random, letter: readonly Insert[], token: () => string): Edit {
  const text = letter.map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc')).join('')
  const isLong = text.length > LONG
  const kind = random.next()
  if (text.length < 20 || kind < (isLong ? 0.4 : 0.64)) return insertion(random, text, token())
  if (kind < 0.84) return deletion(random, text, isLong)
  return formatting(random, text)
}

function insertion(random: Random, text: string, token: string): Edit {
  const at = place(random, text, text.length - 1)
  const words = Array.from(
    { length: size(random, random.chance(PASTES) ? MOST_PASTED : MOST_WORDS) - 1 },
    () => random.pick(WORDS),
  )
  const insert = words.slice(0, words.length / 2).join('') + token + words.slice(words.length / 2).join('')
  const isPlain = random.chance(0.8)
  return {
    op: from(at, isPlain ? { insert } : { insert, attributes: { bold: true } }),
    tokens: [token],
    deleted: [],
  }
}

/** Never the last newline. */
function deletion(random: Random, text: string, isLong: boolean): Edit {
  const start = place(random, text, text.length - 1)
  const most = isLong ? text.length / 3 : Math.min(60, text.length / 4)
  const end = edge(text, Math.min(text.length - 1, start + size(random, most)))
  if (end <= start) return { op: [], tokens: [], deleted: [] }
  return {
    op: from(start, { delete: end - start }),
    tokens: [],
    deleted: tokensIn(text.slice(start, end)),
  }
}

function formatting(random: Random, text: string): Edit {
  const start = place(random, text, text.length - 1)
  if (random.chance(0.5)) {
    const end = edge(text, Math.min(text.length - 1, start + size(random, 40)))
    const attributes = random.pick([{ bold: true }, { bold: null }, { italic: true }, { color: '#a00' }])
    return {
      op: end > start ? from(start, { retain: end - start, attributes }) : [],
      tokens: [],
      deleted: [],
    }
  }
  const attributes = random.pick([
    { header: 2 },
    { header: null, list: 'bullet' },
    { list: null },
    { blockquote: true },
    { align: 'center' },
  ])
  return { op: from(text.indexOf('\n', start), { retain: 1, attributes }), tokens: [], deleted: [] }
}

function from(at: number, component: object): readonly Component[] {
  const does = component as Component // one of the three, made above
  return at === 0 ? [does] : [{ retain: at }, does]
}

/** Log-uniform: from 1 to `most`, as often below ten as above it. */
function size(random: Random, most: number): number {
  return Math.max(1, Math.round(Math.exp(random.next() * Math.log(Math.max(1, most)))))
}

function place(random: Random, text: string, end: number): number {
  return edge(text, random.below(end + 1))
}

/** Not between the halves of a surrogate pair. */
function edge(text: string, at: number): number {
  const before = text.charCodeAt(at - 1)
  return before >= 0xd800 && before <= 0xdbff ? at - 1 : at
}
