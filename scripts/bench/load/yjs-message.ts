/**
 * The little of Yjs' wire formats that a load generator needs: an update that inserts one character, written without a
 * document, and what an update holds, read without one.
 *
 * A document is a set of items, each named by its author and a count of that author's characters. Whoever types a line of
 * text makes items that each stand behind the one before, so an update can be written from the two numbers alone.
 * An update lists items by author; behind it stands what was deleted, which is not read here.
 *
 * Source: the first version of the encoding, as in yjs/src/utils/encoding.js and structs/Item.js.
 */

/** The name of the shared text, as in `doc.getText(…)`. */
export const TEXT_NAME = 'content'

const HAS_LEFT = 0x80
const HAS_RIGHT = 0x40
const HAS_KEY = 0x20
const KIND = 0x1f

const Content = { collected: 0, deleted: 1, binary: 3, string: 4, embed: 5, format: 6, skip: 10 } as const

/** An update in which `author` types its character number `clock` (the first is 0) behind its previous one. */
export function typed(author: number, clock: number, character: string): number[] {
  const name = [...Buffer.from(TEXT_NAME)]
  const place =
    clock === 0
      ? [Content.string, 1, name.length, ...name]
      : [Content.string | HAS_LEFT, ...varUint(author), ...varUint(clock - 1)]
  // One author with one item; nothing deleted.
  return [1, 1, ...varUint(author), ...varUint(clock), ...place, 1, character.charCodeAt(0), 0]
}

/** A non-negative number in groups of seven bits, the lowest first. */
export function varUint(value: number): number[] {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  bytes.push(left)
  return bytes
}

export class YjsReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes
    this.#at = start
  }

  byte(): number {
    return this.#bytes[this.#at++]!
  }

  varUint(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 0x80
    }
  }

  string(): string {
    const start = this.#skipSized()
    return this.#bytes.toString('utf8', start, this.#at)
  }

  /**
   * Reads an update up to what it deletes.
   *
   * @param each  an author's items `from` up to, not including, `to`; `visible` of them are characters
   */
  update(each: (author: number, from: number, to: number, visible: number) => void): void {
    for (let authors = this.varUint(); authors > 0; authors--) {
      const structs = this.varUint()
      const author = this.varUint()
      let clock = this.varUint()
      for (let left = structs; left > 0; left--) {
        const info = this.byte()
        const { length, visible } = this.#struct(info)
        if (length > 0 && (info & KIND) !== Content.skip) each(author, clock, clock + length, visible)
        clock += length
      }
    }
  }

  #struct(info: number): { length: number; visible: number } {
    const kind = info & KIND
    if (kind === Content.collected || kind === Content.skip) return { length: this.varUint(), visible: 0 }
    if (info & HAS_LEFT) this.#skipId()
    if (info & HAS_RIGHT) this.#skipId()
    if ((info & (HAS_LEFT | HAS_RIGHT)) === 0) {
      if (this.varUint() === 1) this.#skipSized()
      else this.#skipId()
      if (info & HAS_KEY) this.#skipSized()
    }
    switch (kind) {
      case Content.string: {
        const length = this.#stringLength()
        return { length, visible: length }
      }
      case Content.deleted:
        return { length: this.varUint(), visible: 0 }
      case Content.embed:
        this.#skipSized()
        return { length: 1, visible: 1 }
      case Content.format:
        this.#skipSized()
        this.#skipSized()
        return { length: 1, visible: 0 }
      default:
        throw new Error(`A Yjs update holds an item of kind ${kind}, which letters do not have.`)
    }
  }

  /** In UTF-16 code units; most strings here are one ASCII character. */
  #stringLength(): number {
    const start = this.#skipSized()
    const bytes = this.#at - start
    return bytes === 1 ? 1 : this.#bytes.toString('utf8', start, this.#at).length
  }

  #skipId(): void {
    this.varUint()
    this.varUint()
  }

  /** Answers where the bytes began. */
  #skipSized(): number {
    const length = this.varUint()
    const start = this.#at
    this.#at += length
    return start
  }
}
