/**
 * Random JSON documents and ops that fit them. As with letters, a recipe is drawn first and realised on a
 * document.
 */

import fc from 'fast-check'
import { type Doc, type JSONOp, moveOp } from 'ot-json1'
import { json1 } from '../../ot/types.ts'

/** Few keys, so that ops meet. */
const key = fc.constantFrom('a', 'b', 'c')
const string = fc.string({
  unit: fc.constantFrom('x', 'y', '😀', ' '),
  maxLength: 4,
})

const value: fc.Arbitrary<Doc> = fc.letrec<{ value: Doc }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    string,
    fc.integer({ min: -3, max: 9 }),
    fc.constantFrom(null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

export const documents: fc.Arbitrary<Doc> = fc.dictionary(key, value, {
  maxKeys: 3,
  noNullPrototype: true,
})

/** One change: at one of the paths of the document, of a kind that is possible there. */
export interface JsonStep {
  readonly kind: 'insert' | 'remove' | 'move' | 'replace' | 'text' | 'number'
  readonly from: number
  readonly to: number
  readonly key: string
  readonly value: Doc
  readonly text: readonly [number, string, number]
}

export type JsonRecipe = readonly JsonStep[]

export const jsonRecipes: fc.Arbitrary<JsonRecipe> = fc.array(
  fc.record({
    kind: fc.constantFrom('insert', 'remove', 'move', 'replace', 'text', 'number'),
    from: fc.nat(),
    to: fc.nat(),
    key,
    value,
    text: fc.tuple(fc.nat({ max: 3 }), string, fc.nat({ max: 3 })),
  }),
  { maxLength: 3 },
)

/** The op that a recipe amounts to on `document`, in canonical form. */
export function realiseJson(document: Doc, recipe: JsonRecipe): JSONOp {
  let whole: JSONOp = null
  let now = document
  for (const step of recipe) {
    const op = json1.parseOp(oneChange(now, step)) as JSONOp
    now = json1.apply(now, op) as Doc
    whole = json1.compose(whole, op) as JSONOp
  }
  return whole
}

type Path = readonly (string | number)[]

function oneChange(document: Doc, step: JsonStep): unknown {
  const places = pathsOf(document)
  const isNot = (path: Path) => path.length > 0
  if (step.kind === 'insert') return at(freePath(document, step.from, step.key), { i: step.value })
  const path = chosen(places.filter(isNot), step.from)
  if (path === undefined) return null
  const found = valueAt(document, path)
  if (step.kind === 'remove') return at(path, { r: true })
  if (step.kind === 'replace') return at(path, { r: true, i: step.value })
  if (step.kind === 'move') return moved(document, path, step)
  if (step.kind === 'number') return typeof found === 'number' ? at(path, { ena: step.to % 7 }) : null
  return typeof found === 'string' ? at(path, { es: textEdit(found, step.text) }) : null
}

/** Picked up where it is, dropped where it would be if it were gone. */
function moved(document: Doc, from: Path, step: JsonStep): unknown {
  const without = json1.apply(document, at(from, { r: true })) as Doc
  return moveOp([...from], [...freePath(without, step.to, step.key)])
}

function textEdit(found: string, [skip, insert, remove]: JsonStep['text']): unknown[] {
  const length = [...found].length
  const start = Math.min(skip, length)
  const deleted = Math.min(remove, length - start)
  return [
    ...(start > 0 ? [start] : []),
    ...(insert === '' ? [] : [insert]),
    ...(deleted > 0 ? [{ d: deleted }] : []),
  ].filter((_, i, all) => !(i === all.length - 1 && typeof all[i] === 'number'))
}

function at(path: Path, component: unknown): unknown[] {
  return [...path, component]
}

function chosen<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % items.length]
}

function pathsOf(document: Doc, base: Path = []): Path[] {
  if (typeof document !== 'object' || document === null) return [base]
  const keys = Array.isArray(document) ? [...document.keys()] : Object.keys(document)
  return [base, ...keys.flatMap((key) => pathsOf(valueAt(document, [key]) as Doc, [...base, key]))]
}

function valueAt(document: Doc, path: Path): Doc | undefined {
  let found: Doc | undefined = document
  for (const key of path) found = (found as { [key: string | number]: Doc } | undefined)?.[key]
  return found
}

/** A path where something can be inserted: a new key of an object, or any index of a list. */
function freePath(document: Doc, index: number, key: string): Path {
  const containers = pathsOf(document).filter((path) => {
    const found = valueAt(document, path)
    return typeof found === 'object' && found !== null
  })
  const path = chosen(containers, index) ?? []
  const container = valueAt(document, path)
  if (Array.isArray(container)) return [...path, index % (container.length + 1)]
  let free = key
  while (Object.hasOwn(container as object, free)) free += key
  return [...path, free]
}
