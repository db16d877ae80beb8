import { expect } from 'chai'
import { until } from '../../harness/deadline.ts'
import { Random, SEED } from '../../harness/random.ts'
import { SpoiledBus } from '../../harness/spoiled-bus.ts'
import { worldForEachTest } from './turns-world.ts'

describe('what one node hears from another', () => {
  const world = worldForEachTest()

  /** Writes 40 ops on one node. @returns the versions that a listener on another node heard of */
  async function heardOver(bus: SpoiledBus): Promise<number[]> {
    const [here, there] = [world.another({ bus }), world.another({ bus })]
    const heard: number[] = []
    const document = await there.documents.open(world.letter.key)
    const leave = document.subscribe({ committed: (ops) => void heard.push(...ops.map((op) => op.version)) })
    const letter = world.letter.on(here)
    for (let n = 0; n < 40; n++) await letter.type('x', { source: 'writer' })
    bus.spoil = (messages) => messages
    await letter.type('the last one', { source: 'writer' })
    await until('the last one', () => document.durable.version === 42)
    leave()
    return heard
  }

  const ALL = Array.from({ length: 41 }, (_, index) => index + 2)

  it('may be said twice', async () => {
    const bus = new SpoiledBus()
    bus.spoil = (messages) => [...messages, ...messages, ...messages]
    expect(await heardOver(bus)).to.deep.equal(ALL)
    expect(bus.published).to.be.greaterThan(40)
  })

  it(`may be said late, and in any order (SEED=${SEED})`, async () => {
    const bus = new SpoiledBus()
    const random = new Random()
    let kept: string[] = []
    bus.spoil = (messages) => {
      kept = [...kept, ...messages]
      if (kept.length < 5) return []
      const shuffled = kept.map((message) => ({ message, at: random.below(1_000) }))
      kept = []
      return shuffled.sort((a, b) => a.at - b.at).map(({ message }) => message)
    }
    expect(await heardOver(bus)).to.deep.equal(ALL)
  })

  it('may be lost', async () => {
    const bus = new SpoiledBus()
    bus.spoil = () => []
    expect(await heardOver(bus)).to.deep.equal(ALL)
  })

  it('may be nonsense', async () => {
    const bus = new SpoiledBus()
    bus.spoil = () => ['', 'null', 'NaN', '-1', '1.5', '1e400', '{"v":3}', '9007199254740991', '12']
    expect(await heardOver(bus)).to.deep.equal(ALL)
  })
})
