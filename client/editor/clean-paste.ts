import type { AttributeValue } from '../../ot/attributes.ts'
import type { Component, Embed, Insert } from '../../ot/component.ts'
import { EXCLUSIVE } from '../../ot/exclusive.ts'
import { FORMAT_NAMES, parseFormat, parseImage } from '../../ot/formats.ts'
import { linkAddress } from './web-address.ts'

/**
 * What may stay of pasted content: the formats of a letter with values it takes, links and images at safe
 * addresses, text without the characters a letter cannot hold. The rest loses its format, never its words.
 *
 * Colours that only say "ordinary text on ordinary paper" go too: word processors write black on white on
 * everything, which would be black on black for a reader with a dark screen.
 *
 * @param components  inserts, as a paste was converted
 */
export function cleanPaste(components: readonly PastedInsert[]): Insert[] {
  const clean: Insert[] = []
  for (const { insert, attributes } of components) {
    const kept = cleanInsert(insert)
    if (kept === null) continue
    if (attributes === undefined) {
      clean.push({ insert: kept })
      continue
    }
    for (const [piece, isLineEnd] of piecesOf(kept)) {
      const formats = cleanFormats(attributes, isLineEnd)
      clean.push(formats === undefined ? { insert: piece } : { insert: piece, attributes: formats })
    }
  }
  return clean
}

/**
 * Formats of a line; they belong to its line feed, and all others to what is before it. Quill writes a pasted heading's
 * on its words too, and then compares the whole letter to find that it did not show them.
 */
const LINE_FORMATS: ReadonlySet<string> = new Set([...EXCLUSIVE, 'align', 'direction', 'indent'])

function piecesOf(insert: string | Embed): (readonly [piece: string | Embed, isLineEnd: boolean])[] {
  if (typeof insert !== 'string') return [[insert, false]]
  return (insert.match(/\n+|[^\n]+/g) ?? []).map((piece) => [piece, piece.startsWith('\n')] as const)
}

/** An insert that nobody has checked. */
export interface PastedInsert {
  readonly insert?: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

function cleanInsert(insert: unknown): string | Embed | null {
  if (typeof insert === 'string') {
    const text = insert.replace(/\r\n?/g, '\n').replace(UNFIT, '')
    return text === '' ? null : text
  }
  const image = (insert as { image?: unknown } | undefined)?.image
  try {
    return { image: parseImage(image) }
  } catch {
    return null // a picture from the clipboard itself, or from a place that is not https
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what it looks for, besides halves of pairs.
const UNFIT = /[\u0000\p{Cs}]/gu

function cleanFormats(
  attributes: Readonly<Record<string, unknown>>,
  isLineEnd: boolean,
): Component['attributes'] {
  const kept: Record<string, AttributeValue> = {}
  for (const name of FORMAT_NAMES) {
    if (LINE_FORMATS.has(name) !== isLineEnd) continue
    const value = cleanValue(name, attributes[name])
    if (value === undefined || value === null) continue
    try {
      kept[name] = parseFormat(name, value)
    } catch {
      // not a value that letters know: the words stay, the format goes
    }
  }
  if (kept.link !== undefined) {
    // Every program has its own blue line under links, and so have letters.
    delete kept.underline
    if (isBlue(kept.color)) delete kept.color
  }
  return Object.keys(kept).length === 0 ? undefined : kept
}

function cleanValue(name: string, value: unknown): unknown {
  if (name === 'link') return typeof value === 'string' ? linkAddress(value) : undefined
  if (name === 'header') return typeof value === 'number' ? Math.min(value, 3) : undefined
  if (name === 'color') return isOrdinary(value, PALE_INK) ? undefined : value
  if (name === 'background') return isOrdinary(value, PALE_PAPER) ? undefined : value
  return value
}

const KEYWORDS = new Set([
  'black',
  'white',
  'transparent',
  'inherit',
  'initial',
  'unset',
  'currentcolor',
  'windowtext',
])

/** Where a grey begins to be white: a light grey may well mark words, but is no ink, except on a dark screen. */
const PALE_PAPER = 232
const PALE_INK = 176

/** Near black, near white, see-through, or no colour at all. */
function isOrdinary(value: unknown, pale: number): boolean {
  if (typeof value !== 'string' || KEYWORDS.has(value.toLowerCase())) return true
  const channels = channelsOf(value)
  if (channels === null) return false
  const [low, high] = [Math.min(...channels), Math.max(...channels)]
  return high - low <= 24 && (high <= 80 || low >= pale)
}

function isBlue(colour: AttributeValue | undefined): boolean {
  const [red, green, blue] = (typeof colour === 'string' && channelsOf(colour)) || []
  return blue !== undefined && blue - red >= 60 && blue > green
}

function channelsOf(colour: string): readonly number[] | null {
  const hex = /^#(?:([0-9a-f])([0-9a-f])([0-9a-f])|([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2}))$/i.exec(colour)
  if (hex) {
    const short = hex[1] !== undefined
    return hex
      .slice(short ? 1 : 4, short ? 4 : 7)
      .map((digits) => Number.parseInt(short ? digits + digits : digits, 16))
  }
  const rgb = /^rgba?\(\s*(\d+),\s*(\d+),\s*(\d+)(?:,\s*([\d.]+))?\s*\)$/i.exec(colour)
  if (!rgb) return null
  return rgb[4] !== undefined && Number(rgb[4]) < 0.1 ? [255, 255, 255] : rgb.slice(1, 4).map(Number)
}
