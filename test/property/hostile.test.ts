import { expect } from 'chai'
import fc from 'fast-check'
import type { LetterDocument } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import { type DocumentType, json1, letter } from '../../ot/types.ts'
import { letters, realise, recipes } from './arbitrary.ts'
import { documents, jsonRecipes, realiseJson } from './json-arbitrary.ts'
import { completed } from './laws.ts'
import { property, Tally } from './property.ts'

/** Values that look like something the grammars know, with anything inside. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
  key: fc.oneof(fc.constantFrom('ops', 'insert', 'attributes', '__proto__', 'constructor', 'a'), fc.string()),
})
const oddText = fc.string({
  unit: fc.constantFrom('a', '\n', '\0', '\r', '\ud83d', '\ude00', '😀', '\u202e'),
})
const oddNumber = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 1, 2, 3, 2 ** 53, 1e308, -0))
const odd = fc.oneof(anything, oddText, oddNumber)

const attributes = fc.dictionary(
  fc.constantFrom('bold', 'link', 'header', 'color', 'list', 'x', '__proto__'),
  odd,
)
const component = fc.oneof(
  fc.record({ insert: oddText, attributes }, { requiredKeys: ['insert'] }),
  fc.record({ insert: fc.record({ image: oddText }), attributes }, { requiredKeys: ['insert'] }),
  fc.record({ retain: oddNumber, attributes }, { requiredKeys: ['retain'] }),
  fc.record({ delete: oddNumber }),
  fc.record({ insert: odd, retain: odd, delete: odd, attributes: odd }, { requiredKeys: [] }),
)
const letterLike = fc.oneof(
  anything,
  fc.jsonValue(),
  fc.array(fc.oneof(component, odd), { maxLength: 4 }),
  fc.array(component, { maxLength: 2 }),
  fc.array(component, { maxLength: 2 }).map((components) => [...components, { insert: '\n' }]),
)

const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'length', '0'), oddNumber)
const index = fc.nat({ max: 2 })
const textEdit = fc.array(fc.oneof(oddText, fc.nat({ max: 3 }), fc.record({ d: fc.nat({ max: 3 }) })), {
  maxLength: 3,
})
const jsonComponent = fc.oneof(
  fc.record(
    { r: fc.constant(true), i: fc.jsonValue(), p: index, d: index, es: textEdit, ena: oddNumber },
    { requiredKeys: [] },
  ),
  fc.record({ r: odd, i: odd, p: odd, d: odd, es: odd, ena: odd, e: odd, et: odd }, { requiredKeys: [] }),
)
const jsonLike = fc.letrec((tie) => ({
  op: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(key, jsonComponent),
    fc.tuple(key, jsonComponent, tie('op')),
    fc.tuple(key, key, jsonComponent),
    fc.array(tie('op'), { maxLength: 3 }),
    odd,
  ),
})).op

/** What `run` answers; `undefined` when it refuses, which is all it may do but answer. */
function answer<Value>(run: () => Value): Value | undefined {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof CollabError)) throw error
    expect(error.code, error.message).to.be.oneOf(['op/malformed', 'op/does-not-fit', 'op/too-large'])
    expect(error.data.rule).to.match(/^[LJ]\d+\.\d+$/)
    return undefined
  }
}

interface Meeting {
  readonly document: unknown
  /** An op that fits the document. */
  readonly op: unknown
}

function checkRefusals(
  type: DocumentType,
  values: fc.Arbitrary<unknown>,
  meetings: fc.Arbitrary<Meeting>,
): void {
  const tally = new Tally()

  property('whatever is sent is taken or refused by a rule, and takes nothing else down', values, (value) => {
    const op = answer(() => type.parseOp(value))
    const document = answer(() => type.parseCreate(value))
    tally.count('ops that are refused', op === undefined)
    if (tally.count('ops that are taken', op !== undefined)) {
      expect(type.parseOp(JSON.parse(JSON.stringify(op)))).to.deep.equal(op)
    }
    if (tally.count('documents that are taken', document !== undefined)) {
      expect(type.parseCreate(JSON.parse(JSON.stringify(document)))).to.deep.equal(document)
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).to.equal(false)
  })

  property(
    'an op that is well formed, and made for another document, is applied or refused by a rule',
    fc.tuple(values, meetings),
    ([value, meeting]) => {
      const op = answer(() => type.parseOp(value))
      if (op === undefined) return
      const committed = completed(type, meeting.document, meeting.op)
      const after = type.apply(meeting.document, committed)
      const moved = answer(() => type.transform(op, committed, 'left'))
      if (moved === undefined) return
      const result = answer(() => type.apply(after, completed(type, after, moved)))
      tally.count('ops that do not fit', result === undefined)
      if (!tally.count('ops that fit', result !== undefined)) return
      expect(type.parseCreate(JSON.parse(JSON.stringify(result)))).to.deep.equal(result)
    },
  )

  tally.assertNotVacuous('[W0] some of it was taken, and some was refused')
}

describe('hostile letters', () => {
  /** Well formed, and made for another letter. */
  const strangers = fc.tuple(letters, recipes).map(([other, recipe]) => realise(other, recipe))
  const meetings = fc
    .tuple(letters, recipes)
    .map(([document, recipe]) => ({ document, op: realise(document as LetterDocument, recipe) }))
  checkRefusals(letter, fc.oneof({ weight: 3, arbitrary: letterLike }, strangers), meetings)
})

describe('hostile JSON documents', () => {
  const strangers = fc.tuple(documents, jsonRecipes).map(([other, recipe]) => realiseJson(other, recipe))
  const meetings = fc
    .tuple(documents, jsonRecipes)
    .map(([document, recipe]) => ({ document, op: realiseJson(document, recipe) }))
  checkRefusals(json1, fc.oneof({ weight: 3, arbitrary: jsonLike }, documents, strangers), meetings)
})
