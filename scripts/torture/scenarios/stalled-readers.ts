/** A hundred sockets that do not read, in a letter that is written: what they cost their node. */

import type { Bed } from '../bed.ts'
import { memoryOf } from '../gather.ts'
import { Visitor } from '../visitor.ts'
import type { Figure, Scenario } from './scenario.ts'

const READERS = 100
const OPS = 10_000
/** Ops under way at once. */
const WRITERS = 10

export const stalledReaders: Scenario = {
  clients: 0,
  async run(bed: Bed): Promise<readonly Figure[]> {
    const author = bed.person()
    const letter = await bed.letter(author)
    const { url, pid } = bed.nodes[0]!
    const visit = () => Visitor.at(url, letter, author.token)
    const readers = await Promise.all(Array.from({ length: READERS }, visit))
    const writers = await Promise.all(Array.from({ length: WRITERS }, visit))
    await Promise.all([...readers, ...writers].map((visitor) => visitor.subscribe()))
    await write(writers, 500)
    const before = memoryOf(pid!)
    let most = before
    for (const reader of readers) reader.pause()
    await write(writers, OPS, () => {
      most = Math.max(most, memoryOf(pid!))
    })
    await Promise.all([...readers, ...writers].map((visitor) => visitor.close()))
    return [
      {
        what: `growth with ${READERS} stalled readers`,
        value: (most - before) / 2 ** 20,
        unit: 'MB',
        atMost: 100,
      },
    ]
  },
}

/** What is written is taken out again, so that the letter itself stays small. */
async function write(writers: readonly Visitor[], ops: number, each = () => {}): Promise<void> {
  const words = 'the quick brown fox jumps over the lazy dog '
  let left = ops
  await Promise.all(
    writers.map(async (writer) => {
      for (let isIn = false; left > 0; isIn = !isIn) {
        left--
        if (left % 100 === 0) each()
        const op = isIn ? [{ delete: words.length }] : [{ insert: words }]
        const version = await writer.edit(op, writer.version)
        if (typeof version !== 'number') throw new Error(`An op was not acknowledged: ${version}`)
      }
    }),
  )
}
