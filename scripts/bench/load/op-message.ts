/**
 * Reads the version, the source and the seq out of an op message without parsing it: a generator does this for each op
 * and each socket.
 *
 * Servers write the fields of the ops they pass on in one order, `{"a":"op","c":…,"d":…,"v":7,"src":"…","seq":3,…`, which is
 * recognised by its bytes. Whatever looks different is parsed as JSON.
 */

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const ZERO = 0x30
const LETTER_O = 0x6f
const LETTER_S = 0x73
const LETTER_V = 0x76

/** `,"src":"` and `,"seq":` */
const BEFORE_SOURCE = 8
const BEFORE_SEQ = 7

export interface OpMessage {
  /** The version it was applied to. */
  version: number
  source: string
  seq: number
}

/** How the message begins, up to the version. */
export function opPrefix(collection: string, id: string): string {
  return `{"a":"op","c":"${collection}","d":"${id}","v":`
}

/**
 * Fills `into` from `bytes[start, end)`; answers false when these are not an op message in the usual order.
 *
 * @param prefixLength  of `opPrefix`
 */
export function readOp(
  bytes: Buffer,
  start: number,
  end: number,
  prefixLength: number,
  into: OpMessage,
): boolean {
  let at = start + prefixLength
  if (at >= end || bytes[start + 6] !== LETTER_O) return false
  if (bytes[at - 1] !== COLON || bytes[at - 3] !== LETTER_V) return false

  let version = 0
  for (; isDigit(bytes[at]!); at++) version = version * 10 + bytes[at]! - ZERO
  if (bytes[at] !== COMMA || bytes[at + 2] !== LETTER_S) return false

  const sourceStart = at + BEFORE_SOURCE
  at = bytes.indexOf(QUOTE, sourceStart)
  if (at === -1 || at >= end || bytes[at + 1] !== COMMA || bytes[at + 3] !== LETTER_S) return false
  const sourceEnd = at

  at += 1 + BEFORE_SEQ
  let seq = 0
  for (; isDigit(bytes[at]!); at++) seq = seq * 10 + bytes[at]! - ZERO
  // Something follows: the op itself, which an error or a bare acknowledgement lacks.
  if (bytes[at] !== COMMA) return false

  into.version = version
  into.source = bytes.toString('latin1', sourceStart, sourceEnd)
  into.seq = seq
  return true
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9
}
