/**
 * The formats a letter knows and the values they take, as Quill 2 writes them (rule L4).
 *
 * The list is closed on the server, because an attribute ends up in other people's pages, mails and exports.
 * A URL or a colour is held to a strict expression rather than parsed: what a parser tolerates (line feeds
 * inside a scheme, leading blanks) is how `java\nscript:` gets through.
 */
import type { AttributeValue } from './attributes.ts'
import { malformed, tooLarge } from './refusal.ts'
import { LIMITS } from './wire.ts'

/** Answers the canonical value. @throws CollabError `op/malformed` | `op/too-large` */
type ParseValue = (value: unknown, name: string) => AttributeValue

const flag = oneOf('L4.2', [true])

const FORMATS: ReadonlyMap<string, ParseValue> = new Map<string, ParseValue>([
  ['align', oneOf('L4.6', ['center', 'right', 'justify'])],
  ['background', parseColour],
  ['blockquote', flag],
  ['bold', flag],
  ['code', flag],
  ['code-block', parseCodeBlock],
  ['color', parseColour],
  ['direction', oneOf('L4.6', ['rtl'])],
  ['font', parseFont],
  ['header', oneOf('L4.6', [1, 2, 3])],
  ['indent', oneOf('L4.6', [1, 2, 3, 4, 5, 6, 7, 8])],
  ['italic', flag],
  ['link', parseLink],
  ['list', oneOf('L4.6', ['ordered', 'bullet', 'checked', 'unchecked'])],
  ['script', oneOf('L4.5', ['sub', 'super'])],
  ['size', oneOf('L4.5', ['small', 'large', 'huge'])],
  ['strike', flag],
  ['underline', flag],
])

/** The names of all formats, in canonical order. */
export const FORMAT_NAMES: readonly string[] = [...FORMATS.keys()]

/**
 * The canonical value of a format.
 * @throws CollabError `op/malformed` with the rule of L4, `op/too-large` L6.3
 */
export function parseFormat(name: string, value: unknown): AttributeValue {
  return parserOf(name)(value, name)
}

/** The name of a format that is taken away. @throws CollabError `op/malformed` L4.1 */
export function parseFormatName(name: string): string {
  parserOf(name)
  return name
}

function parserOf(name: string): ParseValue {
  const parse = FORMATS.get(name)
  if (parse === undefined) throw malformed('L4.1', 'A component has a format that letters do not know')
  return parse
}

/**
 * Printable, with no blanks, quotes, brackets, backslashes or direction overrides: nothing that needs
 * escaping.
 */
const URL_REST = String.raw`[^\s\p{Cc}\p{Cf}\p{Cs}"<>\\\x60]+`
const LINK = new RegExp(`^(?:https?://(?![/?#])|mailto:)${URL_REST}$`, 'iu')
const IMAGE = new RegExp(`^https://(?![/?#])${URL_REST}$`, 'iu')
const UPLOAD =
  /^\/v1\/uploads\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:\.[a-z0-9]{1,8})?$/

/** The URL of an image: https, or an upload of our own (rule L3.2). */
export function parseImage(value: unknown): string {
  if (typeof value !== 'string') throw malformed('L3.2', 'The URL of an image must be text')
  checkUrlLength(value)
  if (!IMAGE.test(value) && !UPLOAD.test(value)) {
    throw malformed('L3.2', 'An image must be at an https URL or be an upload')
  }
  return value
}

function parseLink(value: unknown): string {
  if (typeof value !== 'string') throw malformed('L4.3', 'A link must be text')
  checkUrlLength(value)
  if (!LINK.test(value)) throw malformed('L4.3', 'A link must be an http, https or mailto URL')
  return value
}

function checkUrlLength(url: string): void {
  if (url.length > LIMITS.urlLength) throw tooLarge('L6.3', 'A URL is too long', LIMITS.urlLength)
}

const COLOUR =
  /^(?:#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]{3,32}|rgb\( ?\d{1,3}(?:, ?\d{1,3}){2} ?\)|rgba\( ?\d{1,3}(?:, ?\d{1,3}){2}, ?(?:0|1|[01]?\.\d{1,6}) ?\))$/i

function parseColour(value: unknown, name: string): string {
  if (typeof value === 'string' && COLOUR.test(value)) return value
  throw malformed('L4.4', `A ${name} must be a hexadecimal, rgb, rgba or named colour`)
}

const FONT = /^[a-z][a-z0-9-]{0,31}$/

function parseFont(value: unknown): string {
  if (typeof value === 'string' && FONT.test(value)) return value
  throw malformed('L4.5', 'A font must be a short lower-case name')
}

/** Quill writes `true`, and 'plain' for the same thing when its syntax module is on. */
function parseCodeBlock(value: unknown): true {
  if (value === true || value === 'plain') return true
  throw malformed('L4.6', 'A code-block must be true')
}

function oneOf(rule: string, values: readonly AttributeValue[]): ParseValue {
  return (value, name) => {
    const known = values.find((candidate) => candidate === value)
    if (known !== undefined) return known
    throw malformed(rule, `A ${name} must be one of ${JSON.stringify(values)}`)
  }
}
