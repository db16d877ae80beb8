import { expect } from 'chai'
import { Histogram } from '../../scripts/bench/load/histogram.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('a histogram of latencies', () => {
  it('gives percentiles to within one in a hundred', () => {
    const { p50, p95, p99 } = Histogram.of(upTo(1_000)).percentiles()!
    expect(p50).to.be.closeTo(500, 5)
    expect(p95).to.be.closeTo(950, 9.5)
    expect(p99).to.be.closeTo(990, 9.9)
  })

  it('adds up with those of other processes', () => {
    const whole = Histogram.of([...upTo(100), ...upTo(1_000)])
    const sum = new Histogram()
    for (const part of [upTo(100), upTo(1_000)]) sum.add(Histogram.of(part).toCounts())
    expect(sum.percentiles()).to.deep.equal(whole.percentiles())
    expect(sum.total).to.equal(1_100)
  })

  it('has no percentiles before anything was recorded', () => {
    expect(new Histogram().percentiles()).to.equal(null)
  })
})
