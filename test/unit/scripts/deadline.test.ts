import { expect } from 'chai'
import { until, within } from '../../harness/deadline.ts'

async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'nothing was thrown'
}

describe('waiting', () => {
  it('hands over what came in time, and what went wrong', async () => {
    expect(await within(1_000, 'x', Promise.resolve(1))).to.equal(1)
    expect(await messageOf(within(1_000, 'x', Promise.reject(new Error('y'))))).to.equal('y')
  })

  it('ends at the deadline with what was seen instead', async () => {
    const never = new Promise(() => {})
    const message = 'Waited 20 ms for the tide, in vain. Seen instead: {"water":"low"}'
    expect(await messageOf(within(20, 'the tide', never, () => ({ water: 'low' })))).to.equal(message)
    expect(
      await messageOf(until('the tide', () => false, { ms: 20, seen: () => ({ water: 'low' }) })),
    ).to.equal(message)
    expect(await messageOf(until('the tide', () => never, { ms: 20 }))).to.match(/^Waited 20 ms/)
  })

  it('asks until the answer is true, and gives it', async () => {
    let asked = 0
    expect(await until('the third time', () => (++asked === 3 ? `${asked}rd` : null))).to.equal('3rd')
  })

  it('passes on an error of the question', async () => {
    const failing = () => {
      throw new Error('no')
    }
    expect(await messageOf(until('an answer', failing))).to.equal('no')
  })
})
