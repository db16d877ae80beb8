/** A million frames that no client sends, and ten thousand that one does: nobody ends for it, and the good ones are served. */

import { setTimeout as pause } from 'node:timers/promises'
import { Mutations } from '../../../test/harness/mutations.ts'
import { Random } from '../../../test/harness/random.ts'
import type { Bed } from '../bed.ts'
import { memoryOf } from '../gather.ts'
import { Visitor } from '../visitor.ts'
import type { Figure, Scenario } from './scenario.ts'

const FRAMES = Number(process.env.FRAMES ?? 1_000_000)
/** One frame in so many is valid. */
const VALID = 100
const ATTACKERS = 6
/** Attackers write as well: a letter that grew for ever would be all that is measured. */
const OPS_OF_A_LETTER = 50
const MAX_GROWTH_MB = 300

export const malformed: Scenario = {
  clients: 0,
  async run(bed: Bed): Promise<readonly Figure[]> {
    const author = bed.person()
    const node = bed.nodes[0]!
    const before = memoryOf(node.pid!)
    let letter = await bed.letter(author)
    let [frames, valid, unserved] = [0, 0, 0]

    const attack = async (mutations: Mutations, chance: Random) => {
      const { token } = bed.person()
      while (frames < FRAMES) {
        const eve = await Visitor.at(node.url, letter, token)
        while (eve.isOpen && frames < FRAMES) {
          for (let n = chance.below(16); n >= 0; n--, frames++) eve.say(mutations.ofMessage(eve))
          if (chance.chance(0.1)) eve.say(mutations.ofText(eve))
          if (chance.chance(0.03)) eve.sayBytes(mutations.ofFrame(eve))
          // A frame that claims to be longer than it is swallows what follows.
          await eve.hasHeardAll().catch(() => undefined)
        }
        await eve.close()
      }
    }

    const write = async () => {
      while (valid * VALID < FRAMES) {
        letter = await bed.letter(author)
        const writer = await Visitor.at(node.url, letter, author.token)
        await writer.subscribe()
        for (let n = 0; n < OPS_OF_A_LETTER && valid * VALID < FRAMES; n++, valid++) {
          const version = await writer.edit([{ insert: '\n' }], writer.version).catch(String)
          if (typeof version !== 'number') unserved++
          // They are one in a hundred, not more.
          while (valid * VALID > frames && frames < FRAMES) await pause(1)
        }
        await writer.close()
      }
    }

    const seeds = new Random(1)
    const attacks = Array.from({ length: ATTACKERS }, () => {
      return attack(new Mutations(new Random(seeds.below(2 ** 31))), new Random(seeds.below(2 ** 31)))
    })
    await Promise.all([write(), ...attacks])
    const growth = node.pid === null ? Number.NaN : (memoryOf(node.pid) - before) / 2 ** 20
    return [
      { what: `exits after ${frames} malformed frames`, value: exitsOf(bed), unit: '', atMost: 0 },
      { what: `valid ops that were not served, of ${valid}`, value: unserved, unit: '', atMost: 0 },
      { what: 'growth of the node', value: growth, unit: 'MB', atMost: MAX_GROWTH_MB },
    ]
  },
}

function exitsOf(bed: Bed): number {
  return bed.nodes.flatMap((node) => node.unscheduledExits).length
}
