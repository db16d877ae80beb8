/**
 * The grammar of JSON documents and of the ops on them (rules J1 to J3, J6): checks what comes from outside
 * and answers a canonical copy of it.
 *
 * ot-json1 checks the shape of an op, but walks into inherited keys, loops for as long as a text edit's
 * numbers tell it to, and takes any value for an insertion. What it leaves open is closed here.
 */
import type { Doc, JSONOp } from 'ot-json1'
import { canonicalJsonOp, checkJsonOp, type EditComponent, type OpList } from './json-op.ts'
import { measure } from './json-size.ts'
import { malformed, tooLarge } from './refusal.ts'
import { LIMITS } from './wire.ts'

/** @throws CollabError `op/malformed` J2, `op/too-large` J6 */
export function parseJsonDocument(value: unknown): Doc {
  const parsed = parseValue(value, 0)
  if (!isObject(parsed)) throw malformed('J2.5', 'A document must be an object')
  if (measure(parsed).size > LIMITS.documentLength) {
    throw tooLarge('J6.2', 'The document is too large', LIMITS.documentLength)
  }
  return parsed
}

/** @throws CollabError `op/malformed` J1 to J3, `op/too-large` J6 */
export function parseJsonOp(value: unknown): JSONOp {
  if (value === null) return null
  const tally: Tally = { items: 0, inserted: 0 }
  const list = parseList(value, 0, tally)
  if (isComponent(list[0])) throw malformed('J1.5', 'An op must leave the root of the document in place')
  checkJsonOp(list)
  return canonicalJsonOp(list)
}

/** What an op amounts to so far. */
interface Tally {
  items: number
  inserted: number
}

/**
 * @param depth  how many keys lead to the list. No document is deeper than the limit, so no path is longer.
 */
function parseList(value: unknown, depth: number, tally: Tally): OpList {
  if (!Array.isArray(value)) throw malformed('J1.1', 'An op must be null or a list')
  tally.items += value.length
  if (tally.items > LIMITS.opComponents) {
    throw tooLarge('J6.1', 'The op has too many items', LIMITS.opComponents)
  }
  let keys = depth
  return Array.from(value, (item: unknown) => {
    if (!isKey(item))
      return Array.isArray(item) ? parseBranch(item, keys, tally) : parseComponent(item, tally)
    keys++
    if (keys > LIMITS.messageDepth) throw tooDeep()
    return typeof item === 'string' ? parseKey(item) : parseIndex(item)
  })
}

function parseBranch(list: readonly unknown[], depth: number, tally: Tally): OpList {
  if (!isKey(list[0])) throw malformed('J1.6', 'A list in a list must begin with a key or an index')
  return parseList(list, depth, tally)
}

function isKey(item: unknown): item is string | number {
  return typeof item === 'string' || typeof item === 'number'
}

function parseComponent(value: unknown, tally: Tally): EditComponent {
  if (!isObject(value)) throw malformed('J1.2', 'An op must consist of keys, components and lists')
  const component: { -readonly [K in keyof EditComponent]: EditComponent[K] } = {}
  for (const key of Object.keys(value)) {
    if (key === 'p' || key === 'd') component[key] = parseIndex(value[key])
    else if (key === 'r') component.r = parseRemoval(value.r)
    else if (key === 'i') component.i = parseInsertion(value.i, tally)
    else if (key === 'es') component.es = parseTextEdit(value.es, tally)
    else if (key === 'ena') component.ena = parseNumber(value.ena, 'J3.2')
    else throw malformed('J1.3', 'A component has a key other than p, d, r, i, es, ena')
  }
  return component
}

/** The removed value travels with invertible ops. The document knows it better, so it is not kept. */
function parseRemoval(value: unknown): true {
  if (value === undefined) throw malformed('J1.3', 'A removal must have a value')
  return true
}

function parseInsertion(value: unknown, tally: Tally): Doc {
  const parsed = parseValue(value, 0)
  addInserted(tally, measure(parsed).size)
  return parsed
}

function addInserted(tally: Tally, size: number): void {
  tally.inserted += size
  if (tally.inserted > LIMITS.opInsertLength) {
    throw tooLarge('J6.3', 'The op inserts too much', LIMITS.opInsertLength)
  }
}

/** Numbers are bounded, because ot-text-unicode counts its way to each of them. */
function parseTextEdit(value: unknown, tally: Tally): NonNullable<EditComponent['es']> {
  if (!Array.isArray(value)) throw malformed('J3.1', 'A text edit must be a list')
  tally.items += value.length
  if (tally.items > LIMITS.opComponents) {
    throw tooLarge('J6.1', 'The op has too many items', LIMITS.opComponents)
  }
  return Array.from(value, (item: unknown) => {
    if (typeof item === 'number') return parseCount(item)
    if (typeof item !== 'string') return { d: parseDeletion(item) }
    if (item === '') throw malformed('J3.1', 'A text edit must not insert nothing')
    addInserted(tally, item.length)
    return parseString(item)
  })
}

/** `{d: 3}`, or `{d: "abc"}` in an invertible op: the number of code points either way. */
function parseDeletion(value: unknown): number {
  if (!isObject(value) || Object.keys(value).join() !== 'd') {
    throw malformed('J3.1', 'A text edit must consist of numbers, strings and {d}')
  }
  return typeof value.d === 'string' ? parseCount([...value.d].length) : parseCount(value.d)
}

function parseCount(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= LIMITS.documentLength) {
    return value
  }
  throw malformed('J3.1', 'A count in a text edit must be a positive integer within the longest document')
}

function parseIndex(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LIMITS.documentLength) {
    return value + 0
  }
  throw malformed('J1.4', 'An index must be a whole number within the longest document')
}

/** A JSON value, copied. Rule J2. */
function parseValue(value: unknown, depth: number): Doc {
  if (depth > LIMITS.messageDepth) throw tooDeep()
  if (typeof value === 'string') return parseString(value)
  if (typeof value === 'number') return parseNumber(value, 'J2.2')
  if (typeof value === 'boolean' || value === null) return value
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => parseValue(item, depth + 1))
  if (!isObject(value)) throw malformed('J2.1', 'A value must be JSON')
  const copy: { [key: string]: Doc } = {}
  for (const key of Object.keys(value)) copy[parseKey(key)] = parseValue(value[key], depth + 1)
  return copy
}

/** -0 is written as 0, because JSON does not tell them apart. */
function parseNumber(value: unknown, rule: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0
  throw malformed(rule, 'A number must be finite')
}

/** Rule J2.4: every object has these keys already, though not as its own. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype))

function parseKey(key: string): string {
  if (INHERITED.has(key)) throw malformed('J2.4', 'A key must not be one that every object inherits')
  return parseString(key)
}

function parseString(text: string): string {
  if (UNFIT_TEXT.test(text)) throw malformed('J2.3', 'Text must hold neither NUL nor half a surrogate pair')
  return text
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for this one.
const UNFIT_TEXT = /[\u0000\p{Cs}]/u

function isComponent(item: unknown): boolean {
  return typeof item === 'object' && !Array.isArray(item)
}

function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function tooDeep(): Error {
  return tooLarge('J6.4', 'The value is nested too deep', LIMITS.messageDepth)
}
