/** Messages that were valid once. */

import { randomUUID } from 'node:crypto'
import type { Random } from './random.ts'

/** What is put in the place of something else, anywhere in a message. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1,
  1.5,
  1e9,
  1e308,
  -0,
  2 ** 53,
  '',
  'x',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '😀',
  'x'.repeat(5_000),
  [],
  {},
  [null],
  [[]],
  { __proto__: null, toString: 1 },
  { length: -1 },
  { insert: 'a', delete: 1 },
  { retain: 1, attributes: { header: 9 } },
]

type Json = Record<string, unknown>

/** Who says them, as it stands. */
export interface Speaker {
  readonly letter: string
  readonly source: string
  readonly version: number
}

export class Mutations {
  readonly #random: Random
  #seq = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** A message with some of its values or names replaced, taken away or repeated; sometimes with none. */
  ofMessage(eve: Speaker): string {
    const message = this.#valid(eve)
    for (let n = this.#random.below(3); n > 0; n--) this.#mutate(message)
    return JSON.stringify(message)
  }

  /** The text of a message with pieces cut out, swapped, repeated or overwritten. */
  ofText(eve: Speaker): string | Buffer {
    const text = JSON.stringify(this.#valid(eve))
    const mutated = this.#cutUp(Buffer.from(text))
    return this.#random.chance(0.1) ? mutated : mutated.toString()
  }

  /** The bytes of a client's frame, cut up. */
  ofFrame(eve: Speaker): Buffer {
    const payload = Buffer.from(JSON.stringify(this.#valid(eve)))
    const header = Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0])
    const frame = Buffer.concat([header, payload])
    frame[this.#random.below(2)]! ^= 1 << this.#random.below(8)
    return this.#random.chance(0.5) ? frame : this.#cutUp(frame)
  }

  #valid(eve: Speaker): Json {
    const random = this.#random
    const v = Math.max(1, eve.version - random.below(4))
    const own = { c: 'letters', d: eve.letter }
    const op = () => ({ a: 'op', ...own, v, seq: ++this.#seq, op: this.#op() })
    const kinds: (() => Json)[] = [
      op,
      op,
      op,
      () => ({ a: 'hs', id: random.chance(0.5) ? null : eve.source, protocol: 1, protocolMinor: 2 }),
      () => ({ a: 'f', ...own, v }),
      () => ({ a: 's', ...own, v }),
      () => ({ a: 'nf', ...own, id: 1, v: 1 + random.below(20) }),
      () => ({ a: 'bs', c: 'letters', b: { [eve.letter]: v } }),
      () => ({ a: 'bf', c: 'letters', b: [eve.letter] }),
      () => ({ a: 'pp' }),
      () => ({ a: 'p', ...own, ch: 'x', id: randomUUID(), p: { index: 1, length: 0 }, pv: 1, v }),
      () => ({ a: 'ps', ch: 'x', seq: 1 }),
      () => ({ a: 'qs', c: 'letters', id: 1, q: {}, r: [[eve.letter, v]] }),
    ]
    return random.pick(kinds)()
  }

  #op(): unknown {
    const random = this.#random
    return random.pick([
      [{ insert: random.pick(['a', 'word ', '\n', '😀']) }],
      [{ insert: 'bold', attributes: { bold: true } }],
      [{ insert: 'line' }, { insert: '\n', attributes: { list: 'bullet' } }],
      [{ retain: 1, attributes: { italic: random.pick([true, null]) } }],
      { ops: [{ retain: 1 }, { insert: 'x' }, { delete: 1 }] },
      [{ delete: 1 + random.below(3) }],
      [{ insert: { image: 'https://example.org/a.png' } }],
    ])
  }

  #mutate(message: Json): void {
    const random = this.#random
    const places = placesIn(message)
    if (places.length === 0) return
    const [parent, key] = random.pick(places)
    const holder = parent as Json
    const put = (name: string, value: unknown) =>
      // Plain assignment to __proto__ would not put it into the text.
      Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
    const way = random.below(4)
    if (way === 0) delete holder[key]
    else if (way === 1) put(random.pick(['a', 'v', 'op', 'src', '__proto__', 'b', key]), holder[key])
    else if (way === 2) put(key, [holder[key], holder[key]])
    else put(key, structuredClone(random.pick(STRANGE)))
  }

  #cutUp(bytes: Buffer): Buffer {
    const random = this.#random
    const [from, to] = [random.below(bytes.length), random.below(bytes.length)].sort((a, b) => a - b) as [
      number,
      number,
    ]
    const [before, piece, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]
    switch (random.below(4)) {
      case 0:
        return Buffer.concat([before, after])
      case 1:
        return Buffer.concat([piece, before, after])
      case 2:
        return Buffer.concat([before, piece, piece, after])
      default: {
        const overwritten = Buffer.from(bytes)
        overwritten[from] = random.below(256)
        return overwritten
      }
    }
  }
}

/** Everywhere something stands in a message: what holds it, and under which name. */
function placesIn(value: object): [object, string][] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const below = typeof inner === 'object' && inner !== null ? placesIn(inner) : []
    return [[value, key] as [object, string], ...below]
  })
}
