/**
 * Sources: the names under which editing sessions submit (rule S5).
 *
 * A source is stored with every op, so it is short: 52 characters, `nonce.member.mac` in base64url (9, 16 and
 * 12 bytes). It says which member it was issued to, and the truncated HMAC says that this server issued it.
 * 96 bits are plenty: a forger has no way to test a guess but to send it, and the key never leaves the
 * database.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { UUID } from '../../ot/wire.ts'

const NONCE_BYTES = 9
const MAC_BYTES = 12
const SHAPE = /^([\w-]{12})\.([\w-]{22})\.([\w-]{16})$/

/** Whose source it is: the member's own, one of theirs from another epoch, or somebody else's or nobody's. */
export type Provenance = 'own' | 'other-epoch' | 'foreign'

export class SourceIssuer {
  readonly #key: Uint8Array
  readonly #sessionKey: Uint8Array
  readonly #random: (bytes: number) => Uint8Array

  /**
   * @param key    the same on every node
   * @param epoch  of the database
   */
  constructor(key: Uint8Array, epoch: string, random: (bytes: number) => Uint8Array = randomBytes) {
    this.#key = key
    this.#random = random
    this.#sessionKey = hmac(key, `epoch ${epoch}`)
  }

  /** A source nobody has had before. */
  issue(member: string): string {
    return sign(this.#sessionKey, this.#random(NONCE_BYTES), member)
  }

  /**
   * The one source under which this member creates this document.
   *
   * Always the same, in every epoch, so that creating twice is a resend (rule S4): the log itself tells a repeated
   * creation by the same member from one by somebody else.
   */
  issueForCreating(member: string, document: string): string {
    const nonce = hmac(this.#key, `create ${member} ${document}`).subarray(0, NONCE_BYTES)
    return sign(this.#key, nonce, member)
  }

  /** What a source is that this member presents. Of another epoch means: as far as one can tell without its key. */
  provenance(source: string, member: string): Provenance {
    const [, nonce, packed, mac] = SHAPE.exec(source) ?? []
    if (nonce === undefined || packed === undefined || mac === undefined) return 'foreign'
    if (packed !== pack(member)) return 'foreign'
    const expected = Buffer.from(macOf(this.#sessionKey, nonce, packed))
    return timingSafeEqual(expected, Buffer.from(mac)) ? 'own' : 'other-epoch'
  }
}

/** The member a source of the log was issued to, in whichever epoch; null when it is none of ours. */
export function memberOf(source: string): string | null {
  const [, , packed] = SHAPE.exec(source) ?? []
  return packed === undefined ? null : unpack(packed)
}

function sign(key: Uint8Array, nonce: Uint8Array, member: string): string {
  const head = Buffer.from(nonce).toString('base64url')
  const packed = pack(member)
  return `${head}.${packed}.${macOf(key, head, packed)}`
}

/**
 * Over the text, not the bytes: base64url can spell the same 16 bytes in several ways, and only one may
 * pass.
 */
function macOf(key: Uint8Array, nonce: string, packed: string): string {
  return hmac(key, `source ${nonce}.${packed}`).subarray(0, MAC_BYTES).toString('base64url')
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function pack(uuid: string): string {
  if (!UUID.test(uuid))
    throw new TypeError(`a source is issued to a member UUID, not to ${JSON.stringify(uuid)}`)
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url')
}

function unpack(packed: string): string {
  const hex = Buffer.from(packed, 'base64url').toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
