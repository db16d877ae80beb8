/**
 * Random letters and ops that fit them, for every test that needs some.
 *
 * An op is generated in two steps. A recipe says what to do in general terms (skip some, delete some);
 * `realise` turns it into an op for the document at hand. So a recipe can be drawn before its document is
 * known, one history can be drawn at once, and a failing case shrinks to short recipes on a short letter.
 */
import fc from 'fast-check'
import { compose } from '../../ot/algebra.ts'
import type { Attributes } from '../../ot/attributes.ts'
import type { Insert, LetterDocument, LetterOp } from '../../ot/component.ts'
import { endsWithNewline } from '../../ot/fit.ts'
import { letter } from '../../ot/types.ts'

/** Few letters, so that ops meet; and what lengths and cuts get wrong: pairs, joiners, newlines. */
const unit = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', ' ') },
  { weight: 2, arbitrary: fc.constant('\n') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('😀', '👩‍👧', '𝄞', 'e\u0301', '文', '\u200d'),
  },
)

export const text = fc.string({ unit, minLength: 1, maxLength: 6 })

const image = fc.constantFrom(
  { image: 'https://example.org/a.png' },
  { image: '/v1/uploads/00000000-0000-4000-8000-000000000001.png' },
)

const inline = fc.record(
  {
    bold: fc.constant(true),
    italic: fc.constant(true),
    color: fc.constantFrom('#e60000', 'rgb(0, 0, 0)'),
    link: fc.constantFrom('https://example.org', 'mailto:a@example.org'),
    size: fc.constantFrom('small', 'huge'),
  },
  { requiredKeys: [] },
)

const block = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      header: fc.constantFrom(1, 2),
      list: fc.constantFrom('ordered', 'bullet', 'checked'),
      blockquote: fc.constant(true),
      'code-block': fc.constant(true),
      align: fc.constantFrom('center', 'right'),
      indent: fc.constantFrom(1, 2),
    },
    { requiredKeys: [] },
  ),
)

/** Attributes of an insert, of any kind. */
export const attributes: fc.Arbitrary<Attributes> = fc.oneof(fc.constant({}), inline, block)

/** Attributes of a retain: some of them take a format away. */
export const changes: fc.Arbitrary<Attributes> = fc
  .tuple(
    fc.oneof(inline, block),
    fc.uniqueArray(fc.constantFrom('bold', 'color', 'header', 'list'), {
      maxLength: 2,
    }),
  )
  .map(([set, removed]) => ({
    ...set,
    ...Object.fromEntries(removed.map((name) => [name, null])),
  }))

/** Letters, canonical and valid. */
export const letters: fc.Arbitrary<LetterDocument> = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ insert: text, attributes: inline }) },
      {
        weight: 2,
        arbitrary: fc.record({ insert: fc.constant('\n'), attributes: block }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ insert: image, attributes: inline }),
      },
    ),
    { maxLength: 8 },
  )
  .chain((inserts) => block.map((last) => letterOf([...inserts, { insert: '\n', attributes: last }])))

function letterOf(inserts: unknown): LetterDocument {
  return letter.parseCreate(inserts) as LetterDocument
}

/** One thing to do, after skipping some characters. */
export type Step =
  | {
      readonly skip: number
      readonly insert: string | { readonly image: string }
      readonly attributes: Attributes
    }
  | { readonly skip: number; readonly remove: number }
  | {
      readonly skip: number
      readonly format: number
      readonly attributes: Attributes
    }

export type Recipe = readonly Step[]

const skip = fc.nat({ max: 9 })
const some = fc.integer({ min: 1, max: 7 })

export const recipes: fc.Arbitrary<Recipe> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        skip,
        insert: fc.oneof(text, text, image),
        attributes,
      }),
    },
    { weight: 3, arbitrary: fc.record({ skip, remove: some }) },
    {
      weight: 3,
      arbitrary: fc.record({ skip, format: some, attributes: changes }),
    },
  ),
  { maxLength: 4 },
)

/** The op that a recipe amounts to on `document`, as it is to be stored: it fits, whatever the two are. */
export function realise(document: LetterDocument, recipe: Recipe): LetterOp {
  return settle(document, writeOut(document, recipe, false))
}

/**
 * The same as an editor may have written it: with the last newline deleted or text after it, where what the
 * op leaves ends with a newline all the same.
 */
export function realiseUnsettled(document: LetterDocument, recipe: Recipe): LetterOp {
  const op = writeOut(document, recipe, true)
  const after = compose(document.ops, op.ops) as Insert[]
  return endsWithNewline(after.at(-1)) ? op : writeOut(document, recipe, false)
}

export function settle(document: LetterDocument, op: LetterOp): LetterOp {
  return (letter.settle?.(document, op) ?? op) as LetterOp
}

function writeOut(document: LetterDocument, recipe: Recipe, mayDeleteLast: boolean): LetterOp {
  const characters = charactersOf(document)
  const components: unknown[] = []
  let at = 0
  const take = (count: number, end = characters.length) => {
    const from = at
    at = Math.max(at, Math.min(at + count, end))
    return characters.slice(from, at).reduce((sum, length) => sum + length, 0)
  }
  for (const step of recipe) {
    const skipped = take(step.skip)
    if (skipped > 0) components.push({ retain: skipped })
    if ('insert' in step) {
      components.push({ insert: step.insert, attributes: step.attributes })
      if (at === characters.length) components.push({ insert: '\n' })
    } else if ('remove' in step) {
      const length = take(step.remove, characters.length - (mayDeleteLast ? 0 : 1))
      if (length > 0) components.push({ delete: length })
    } else {
      const length = take(step.format)
      if (length > 0) components.push({ retain: length, attributes: step.attributes })
    }
  }
  return letter.parseOp(components) as LetterOp
}

/** The lengths of the characters of a letter: code points, and embeds. No op may cut one in two. */
export function charactersOf(document: LetterDocument): number[] {
  return document.ops.flatMap(({ insert }) =>
    typeof insert === 'string' ? [...insert].map((character) => character.length) : [1],
  )
}
