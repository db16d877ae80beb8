/** What the systems that speak ShareDB's protocol have in common: their letters and how they are read. */

import type { Letter, Target } from '../load/orders.ts'
import { SharedbControl } from './sharedb-control.ts'
import { type Content, type Head, lengthOf, type RunningSystem } from './system.ts'

export interface SharedbDoor {
  readonly target: () => Target
  readonly token: (index: number) => string
  /** Creates a letter that holds a newline. @returns its id */
  readonly create: () => Promise<string>
}

export function sharedbLetters({
  target,
  token,
  create,
}: SharedbDoor): Pick<RunningSystem, 'token' | 'letters' | 'head'> {
  async function newLetter(content: Content | undefined): Promise<Letter> {
    const id = await create()
    if (content === undefined) return { id, version: 1, length: 1 }
    const control = await SharedbControl.open(target(), id, token(0))
    await control.fill(1, content)
    control.close()
    return { id, version: 2, length: lengthOf(content) }
  }
  return {
    token,
    async letters(count, content) {
      const made: Letter[] = []
      while (made.length < count) made.push(await newLetter(content))
      return made
    },
    async head({ id }): Promise<Head> {
      const control = await SharedbControl.open(target(), id, token(0))
      const head = await control.head()
      control.close()
      return head
    },
  }
}

/** Ops that each replace one character of a letter, and leave it as long as it is. */
export function replacements(count: number, length: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    // Anywhere but at the start, so that all have one shape, and never the final newline.
    const at = 1 + ((index * 7_919) % (length - 2))
    return [{ retain: at }, { insert: 'a' }, { delete: 1 }]
  })
}
