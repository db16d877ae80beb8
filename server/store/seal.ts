/**
 * Seals snapshots (gzip, then AES-256-GCM), so that whoever keeps them can neither read nor change nor exchange them.
 *
 * A seal is bound to what it is a snapshot of: firm, letter, epoch, version and key are authenticated with it, so a snapshot
 * that was put in another's place does not open. The nonce is random: with 96 bits of it a key may seal 2^32 snapshots.
 *
 *     "CPS1"  4 bytes   the format
 *     nonce  12 bytes
 *     text              as long as the gzip
 *     tag    16 bytes
 */

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

const CIPHER = 'aes-256-gcm'
const FORMAT = Buffer.from('CPS1')
const NONCE_BYTES = 12
const TAG_BYTES = 16
export const KEY_BYTES = 32
/** No letter with its blame is longer; what claims to be is a bomb. */
const MAX_BYTES = 64 * 1024 * 1024

/** What a snapshot is of. */
export interface Sealed {
  readonly firm: string
  readonly letter: string
  readonly epoch: string
  readonly version: number
  /** Name of the key. */
  readonly kid: string
}

/** A snapshot does not open: it is not what it claims to be, or its key is not here. */
export class SealError extends Error {
  override readonly name = 'SealError'
}

export class KeyRing {
  readonly #keys: ReadonlyMap<string, Uint8Array>
  /** Name of the key that seals. */
  readonly current: string

  /** @param keys  by name, the one that seals first; the others open what was sealed before */
  constructor(keys: readonly (readonly [kid: string, key: Uint8Array])[]) {
    this.#keys = new Map(keys)
    this.current = keys[0]![0]
    for (const [kid, key] of keys) {
      if (key.length !== KEY_BYTES) throw new RangeError(`the key ${kid} must have ${KEY_BYTES} bytes`)
    }
  }

  /** Seals with the current key, whatever `of.kid` says. */
  async seal(bytes: Uint8Array, of: Omit<Sealed, 'kid'>): Promise<Buffer> {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#keys.get(this.current)!, nonce)
    cipher.setAAD(associated({ ...of, kid: this.current }))
    const text = await compress(bytes)
    return Buffer.concat([FORMAT, nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
  }

  /** @throws SealError */
  async open(sealed: Uint8Array, of: Sealed): Promise<Buffer> {
    const key = this.#key(of.kid)
    const bytes = Buffer.from(sealed)
    const start = FORMAT.length + NONCE_BYTES
    if (bytes.length < start + TAG_BYTES) throw new SealError('it is cut off')
    if (!bytes.subarray(0, FORMAT.length).equals(FORMAT)) throw new SealError('it has another format')
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(FORMAT.length, start), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(associated(of))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(start, -TAG_BYTES)), decipher.final()])
      return await decompress(text, { maxOutputLength: MAX_BYTES })
    } catch (cause) {
      throw new SealError('it was changed, or is of something else', { cause })
    }
  }

  /**
   * The key that an object store is given for what was sealed with that one, to encrypt it once more. It tells nothing about
   * the other.
   *
   * @throws SealError
   */
  keyForStore(kid: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#key(kid), '', 'copperplate object store', KEY_BYTES))
  }

  #key(kid: string): Uint8Array {
    const key = this.#keys.get(kid)
    if (key === undefined) throw new SealError(`there is no key ${kid} here`)
    return key
  }
}

const compress = promisify(gzip)
const decompress = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)

/** None of the parts holds a line break: ids, a number, and a name that the option allows. */
function associated({ firm, letter, epoch, version, kid }: Sealed): Buffer {
  return Buffer.from(['copperplate snapshot', firm, letter, epoch, version, kid].join('\n'))
}
