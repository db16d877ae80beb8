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

export class SourceIssuer {
  readonly #key: Uint8Array

  /** @param key  the same on every node */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** A source nobody has had before. */
  issue(member: string): string {
    return this.#sign(randomBytes(NONCE_BYTES), member)
  }

  /**
   * The one source under which this member creates this document.
   *
   * Always the same, so that creating twice is a resend (rule S4): the log itself tells a repeated creation
   * by the same member from one by somebody else.
   */
  issueForCreating(member: string, document: string): string {
    const nonce = this.#hmac(`create ${member} ${document}`).subarray(0, NONCE_BYTES)
    return this.#sign(nonce, member)
  }

  /** The member a source was issued to; null when this server did not issue it. */
  memberOf(source: string): string | null {
    const [, nonce, member, mac] = SHAPE.exec(source) ?? []
    if (nonce === undefined || member === undefined || mac === undefined) return null
    const expected = Buffer.from(this.#mac(nonce, member))
    return timingSafeEqual(expected, Buffer.from(mac)) ? unpack(member) : null
  }

  #sign(nonce: Uint8Array, member: string): string {
    const head = Buffer.from(nonce).toString('base64url')
    const packed = pack(member)
    return `${head}.${packed}.${this.#mac(head, packed)}`
  }

  /**
   * Over the text, not the bytes: base64url can spell the same 16 bytes in several ways, and only one may
   * pass.
   */
  #mac(nonce: string, member: string): string {
    return this.#hmac(`source ${nonce}.${member}`).subarray(0, MAC_BYTES).toString('base64url')
  }

  #hmac(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest()
  }
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
