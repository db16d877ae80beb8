/** Ops that no letter survives, sent by somebody who may write it; and somebody who may not even know of it. */

import { randomUUID } from 'node:crypto'
import { DeadlineError } from '../../test/harness/deadline.ts'
import type { Random } from '../../test/harness/random.ts'
import type { Stage } from './inflict.ts'
import { Visitor } from './visitor.ts'

const POISONS: readonly unknown[] = [
  [{ insert: 'a\u0000b' }],
  [{ insert: '\ud800' }],
  [{ insert: '\udc00x' }],
  [{ retain: -1 }, { insert: 'x' }],
  [{ retain: 1.5 }, { insert: 'x' }],
  [{ retain: 1e308 }, { insert: 'x' }],
  [{ delete: 1e9 }],
  [{ delete: -5 }],
  [{ insert: 'x', harm: true }],
  [{ insert: 'x', attributes: { onclick: 'alert(1)' } }],
  [{ insert: 'x', attributes: { link: 'javascript:alert(1)' } }],
  [{ insert: { image: 'data:image/svg+xml,<svg/>' } }],
  [{ retain: { ops: [] } }],
  [{ insert: '' }],
  [{ insert: 'x', delete: 1 }],
  { ops: [{ retain: 1, attributes: { header: 9 } }] },
  'everything',
  null,
]
const AT_ONCE = 5

export async function poison({ bed, complain }: Stage, letter: string, random: Random): Promise<void> {
  try {
    const insider = bed.person()
    for (let n = 0; n < AT_ONCE; n++) {
      const op = random.pick(POISONS)
      const visitor = await Visitor.at(bed.url, letter, insider.token)
      const end = await visitor.edit(op)
      if (typeof end === 'number') complain(`${JSON.stringify(op)} was acknowledged at version ${end}`)
      await visitor.close()
    }
    const stranger = await Visitor.at(bed.url, letter, bed.person(randomUUID()).token)
    stranger.say({ a: 's', c: 'letters', d: letter })
    stranger.say({ a: 'f', c: 'letters', d: letter, v: 1 })
    await stranger.edit([{ insert: 'x' }])
    if (stranger.messages > 0) complain(`a member of another firm was told ${stranger.messages} messages`)
    await stranger.close()
  } catch (error) {
    // Nobody answers, because of another fault: that is looked into afterwards.
    if (!(error instanceof DeadlineError)) throw error
  }
}
