import { expect } from 'chai'
import { RateLimit } from '../../../server/sync/rate-limit.ts'

describe('a rate limit', () => {
  it('lets a burst pass, then says how long to wait for the next', () => {
    const limit = new RateLimit(100, 5)
    const waits = Array.from({ length: 8 }, () => limit.take(1_000))
    expect(waits).to.deep.equal([0, 0, 0, 0, 0, 10, 20, 30])
  })

  it('lets everything pass that comes at its pace, for ever', () => {
    const limit = new RateLimit(100, 5)
    const waits = Array.from({ length: 10_000 }, (_, n) => limit.take(n * 10))
    expect(Math.max(...waits)).to.equal(0)
  })

  it('lets no more pass, on average, than its pace, however long it was quiet before', () => {
    const limit = new RateLimit(100, 5)
    let now = 1e9
    for (let n = 0; n < 1_005; n++) now += limit.take(now)
    expect(now - 1e9).to.equal(10_000)
  })

  it('is not undone by a clock that is set back', () => {
    const limit = new RateLimit(100, 2)
    limit.take(5_000)
    limit.take(5_000)
    expect(limit.take(1_000)).to.equal(10)
    expect(limit.take(1_020)).to.equal(0)
  })
})
