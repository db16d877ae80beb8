import { expect } from 'chai'
import { LoggedOp } from '../../../ot/logged-op.ts'
import { RecentOps } from '../../../server/doc/recent-ops.ts'
import { times } from './turns-world.ts'

describe('the recent ops of a document', () => {
  const KEEP = 10
  const KEEP_LENGTH = 1_000
  let recent: RecentOps
  let head: number

  beforeEach(() => {
    recent = new RecentOps(100, KEEP, KEEP_LENGTH)
    head = 100
  })

  function push(count: number, length = 1): void {
    for (let n = 0; n < count; n++) {
      head++
      recent.push(
        new LoggedOp({
          version: head,
          body: 'x'.repeat(length),
          source: `tab ${head % 2}`,
          seq: head,
          author: null,
          origin: null,
          time: 0,
          meta: null,
        }),
      )
    }
  }

  const between = (after: number, to: number, maxLength?: number) =>
    recent.between(after, to, maxLength)?.map(({ version }) => version) ?? null

  it('are those after its floor, and no others', () => {
    push(5)
    expect(between(100, 105)).to.deep.equal([101, 102, 103, 104, 105])
    expect(between(102, 104)).to.deep.equal([103, 104])
    expect(between(105, 105)).to.deep.equal([])
    expect(between(99, 105)).to.equal(null)
  })

  it('are at least so many once there were so many, and at most twice as many', () => {
    for (let n = 0; n < 100; n++) {
      push(1)
      recent.trim(head)
      expect(head - recent.floor).to.be.at.most(2 * KEEP)
      expect(head - recent.floor).to.be.at.least(Math.min(n + 1, KEEP))
    }
  })

  it('[R2] hold no more than so much text, however few they are', () => {
    for (let n = 0; n < 20; n++) {
      push(1, 600)
      recent.trim(head)
      expect((head - recent.floor) * 600).to.be.at.most(2 * KEEP_LENGTH)
    }
    push(KEEP)
    recent.trim(head)
    expect(between(head - KEEP, head)).to.have.length(KEEP)
  })

  it('[S1] keep everything that is not durable yet', () => {
    push(50, 600)
    recent.trim(100)
    expect(recent.floor).to.equal(100)
    recent.trim(120)
    expect(recent.floor).to.equal(120)
    expect(between(120, 150)).to.have.length(30)
  })

  it('[S3] forget what went back, and count no text of it', () => {
    push(5)
    push(5, 10_000)
    recent.dropAfter(105)
    head = 105
    push(2)
    recent.trim(head)
    expect(recent.floor).to.equal(100)
    expect(between(104, 107)).to.deep.equal([105, 106, 107])
  })

  it('come in pieces of so much text, and at least one at a time', () => {
    push(6, 100)
    expect(between(100, 106, 250)).to.deep.equal([101, 102, 103])
    expect(between(103, 106, 1)).to.deep.equal([104])
    expect(between(103, 105, 1_000)).to.deep.equal([104, 105])
  })

  it('[S4] are found by source and seq', () => {
    push(4)
    expect(recent.find('tab 1', 103)?.version).to.equal(103)
    expect(times(2, (n) => recent.find(`tab ${n}`, 999))).to.deep.equal([null, null])
  })
})
