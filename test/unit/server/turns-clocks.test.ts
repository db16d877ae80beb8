import { expect } from 'chai'
import { MemoryBus } from '../../../server/pubsub/memory-bus.ts'
import { Random, SEED } from '../../harness/random.ts'
import { type TestLetter, textOf, versionOf, worldForEachTest } from './turns-world.ts'

/** How far the clock of a node may be from the right time, either way. */
const JUMP_MS = 10 * 60_000
const START = 1_800_000_000_000

describe('turns, when the clocks of nodes jump', () => {
  const world = worldForEachTest()

  for (const [whether, makeBus] of [
    ['hear of one another', () => new MemoryBus()],
    ['do not', () => undefined],
  ] as const) {
    it(`[S1] [D6] order comes from versions, and times never go backwards, for nodes that ${whether} (SEED=${SEED})`, async () => {
      const random = new Random()
      const bus = makeBus()
      const { letter } = world
      const places: TestLetter[] = [0, 1, 2].map(() => {
        const clock = { now: () => START + Math.floor((random.next() * 2 - 1) * JUMP_MS) }
        return letter.on(world.another({ clock, ...(bus === undefined ? {} : { bus }) }))
      })
      const sent: string[] = []
      for (let n = 1; n <= 60; n++) {
        const place = random.below(places.length)
        const source = `node ${place}`
        const seq = sent.filter((earlier) => earlier.startsWith(source)).length + 1
        const text = String.fromCharCode(0x4e00 + n)
        // One waits for the other, so that there is an order that everybody can have seen.
        expect(await versionOf(places[place]!.type(text, { source, seq }))).to.equal(n + 1)
        sent.push(`${source} ${seq}`)
      }
      expect(await letter.order()).to.deep.equal(sent)
      const { ops, end } = await letter.logged()
      const times = ops.slice(1).map(({ time }) => time)
      expect(times).to.deep.equal(times.toSorted((a, b) => a - b))
      for (const place of places) {
        await place.edit([{ insert: '!' }], { source: 'last', seq: 1 })
        expect(await place.text()).to.equal(`!${textOf(end)}`)
      }
    })
  }
})
