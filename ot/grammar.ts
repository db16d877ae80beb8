/**
 * The grammar of letters: checks what comes from outside and answers a canonical copy of it (rules L1 to L4,
 * L6).
 *
 * The copy is made of fresh objects, so nothing the sender holds on to can change it afterwards.
 */
import { type Attributes, type AttributeValue, inOrder } from './attributes.ts'
import {
  type Component,
  chop,
  type Embed,
  type Insert,
  insertion,
  insertLength,
  push,
  retention,
} from './component.ts'
import { withoutLosers } from './exclusive.ts'
import { endsWithNewline } from './fit.ts'
import { parseFormat, parseFormatName, parseImage } from './formats.ts'
import { malformed, tooLarge } from './refusal.ts'
import { LIMITS } from './wire.ts'

/**
 * The op in canonical form.
 * @throws CollabError `op/malformed` L1 to L4, `op/too-large` L6
 */
export function parseComponents(value: unknown): Component[] {
  const parsed: Component[] = []
  let inserted = 0
  let reach = 0
  for (const item of listOf(value, LIMITS.opComponents, 'L6.1')) {
    const component = parseComponent(item)
    if (component.insert !== undefined) inserted += insertLength(component.insert)
    else reach += component.retain ?? component.delete
    push(parsed, component)
  }
  if (inserted > LIMITS.opInsertLength) {
    throw tooLarge('L6.2', 'The op inserts too much', LIMITS.opInsertLength)
  }
  if (reach > LIMITS.documentLength) {
    throw tooLarge('L6.4', 'The op reaches further than a letter can', LIMITS.documentLength)
  }
  return chop(parsed)
}

/**
 * The letter in canonical form, with one exclusive format on a line at most.
 * @throws CollabError `op/malformed` L1 to L4, L7; `op/too-large` L6
 */
export function parseLetter(value: unknown): Insert[] {
  const parsed: Insert[] = []
  let length = 0
  for (const item of listOf(value, LIMITS.documentComponents, 'L6.5')) {
    const component = parseComponent(item)
    if (component.insert === undefined) throw malformed('L7.1', 'A letter consists of inserts only')
    length += insertLength(component.insert)
    push(parsed, withoutLosers(component))
  }
  if (length > LIMITS.documentLength) {
    throw tooLarge('L6.4', 'The letter is too long', LIMITS.documentLength)
  }
  if (!endsWithNewline(parsed.at(-1))) throw malformed('L7.2', 'A letter ends with a newline')
  return parsed
}

function listOf(value: unknown, limit: number, rule: string): readonly unknown[] {
  const list = Array.isArray(value)
    ? value
    : isPlain(value) && hasOnly(value, ['ops'])
      ? value.ops
      : undefined
  if (!Array.isArray(list)) throw malformed('L1.1', 'An op or a letter is a list, or {ops} with a list')
  if (list.length > limit) throw tooLarge(rule, 'There are too many components', limit)
  return list
}

function parseComponent(value: unknown): Component {
  if (!isPlain(value)) throw malformed('L1.2', 'A component must be a plain object')
  const kinds = KINDS.filter((kind) => Object.hasOwn(value, kind))
  if (kinds.length !== 1) throw malformed('L1.3', 'A component has exactly one of insert, retain, delete')
  const [kind] = kinds
  if (!hasOnly(value, kind === 'delete' ? DELETE_KEYS : [kind, 'attributes'])) {
    throw malformed('L1.4', `A component with ${kind} has a key that does not belong to it`)
  }
  if (kind === 'delete') return { delete: parseLength(value.delete, kind) }
  const attributes = parseAttributes(value.attributes, kind === 'retain')
  if (kind === 'retain') return retention(parseLength(value.retain, kind), attributes)
  return insertion(parseInsert(value.insert), attributes)
}

const KINDS = ['insert', 'retain', 'delete'] as const
const DELETE_KEYS = ['delete']

/** Rule L1.5. An object here would be the edit of an embed, which letters do not have. */
function parseLength(value: unknown, kind: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw malformed('L1.5', `A ${kind} must be a positive safe integer`)
}

function parseInsert(value: unknown): string | Embed {
  if (typeof value === 'string') return parseText(value)
  if (!isPlain(value)) throw malformed('L1.6', 'An insert must be text or an embed')
  if (!Object.hasOwn(value, 'image') || !hasOnly(value, ['image']))
    throw malformed('L3.1', 'The only embed that letters know is an image')
  return { image: parseImage(value.image) }
}

/**
 * Rule L2. Postgres stores neither NUL nor lone surrogates as text. A carriage return would be dropped or
 * turned into a newline by Quill, after which its positions and ours mean different places.
 */
function parseText(text: string): string {
  if (text === '') throw malformed('L1.6', 'An insert must not be empty')
  const unfit = UNFIT_TEXT.exec(text)
  if (unfit === null) return text
  if (unfit[0] === '\0') throw malformed('L2.1', 'Text must not hold the NUL character')
  if (unfit[0] === '\r')
    throw malformed('L2.2', 'Text must not hold carriage returns: a line ends with a newline')
  throw malformed('L2.3', 'Text must not hold half a surrogate pair')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
const UNFIT_TEXT = /[\u0000\r\p{Cs}]/u

function parseAttributes(value: unknown, isRetain: boolean): Attributes | undefined {
  if (value === undefined) return undefined
  if (!isPlain(value)) throw malformed('L1.7', 'Attributes must be a plain object')
  const attributes: Record<string, AttributeValue> = {}
  for (const name of Object.keys(value)) {
    const format = value[name]
    if (format !== null) attributes[name] = parseFormat(name, format)
    else if (isRetain) attributes[parseFormatName(name)] = null
  }
  return inOrder(attributes)
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function hasOnly(value: Record<string, unknown>, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key))
}
