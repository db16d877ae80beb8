/**
 * Takes a row out of a log, of a letter that nobody else has: who reads it from then on is told that it is broken; on a
 * node that had it in memory, gets all of it; on one that has not heard of the rest, what was before. Nobody gets a text
 * with a hole.
 */

import { DeadlineError } from '../../test/harness/deadline.ts'
import { letterText } from '../../test/harness/letters.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Stage } from './inflict.ts'
import { Visitor } from './visitor.ts'

const OPS = 5

export async function breakLog({ bed, complain }: Stage, random: Random): Promise<void> {
  const author = bed.person()
  let letter: string
  const words: string[] = []
  const missing = random.below(OPS - 1)
  try {
    letter = await bed.letter(author)
    const visitor = await Visitor.at(bed.url, letter, author.token)
    for (let n = 0; n < OPS; n++) {
      words.push(`word${n} `)
      if (typeof (await visitor.edit([{ insert: words[n] }])) !== 'number') return
    }
    await visitor.close()
    // The first op is the creation.
    await bed.db.query(
      `delete from ops using documents
        where documents.number = ops.document and documents.id = $1 and ops.version = $2`,
      [letter, 2 + missing],
    )
  } catch {
    // Another fault was in the way.
    return
  }
  for (const node of bed.nodes) {
    const text = await read(node.url, letter, author.token)
    const there = words.filter((word) => text?.includes(word))
    const isBefore = there.length <= missing && there.every((word, n) => word === words[n])
    if (text !== null && there.length < OPS && !isBefore) {
      complain(`a letter with a hole in its log was served: ${JSON.stringify(text)}`)
    }
  }
}

/** null when it is refused, or when nobody is there. */
async function read(url: string, letter: string, token: string): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/v1/docs/${letter}?content=1`, {
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
      signal: AbortSignal.timeout(3_000),
    })
    return answer.ok ? letterText(((await answer.json()) as { content: unknown }).content) : null
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException || error instanceof DeadlineError)
      return null
    throw error
  }
}
