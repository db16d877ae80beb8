import { expect } from 'chai'
import { type Outcome, runBatch } from '../../../client/history/batch.ts'

describe('the same thing done to many letters', () => {
  const letters = ['a', 'b', 'c', 'd', 'e']
  const running = () => new AbortController().signal

  it('gives each an outcome of its own, whatever becomes of the others', async () => {
    const outcomes = new Map<string, Outcome<string>>()
    const work = async (letter: string) => {
      if (letter === 'b') throw new Error('away')
      return `${letter} done`
    }
    await runBatch(letters, work, (letter, outcome) => outcomes.set(letter, outcome), running())
    expect([...outcomes.values()].map(({ kind }) => kind)).to.deep.equal([
      'done',
      'failed',
      'done',
      'done',
      'done',
    ])
    expect(outcomes.get('e')).to.deep.equal({ kind: 'done', result: 'e done' })
  })

  it('works at three at a time, in order', async () => {
    const begun: string[] = []
    const ends: (() => void)[] = []
    const work = (letter: string) =>
      new Promise<void>((resolve) => {
        begun.push(letter)
        ends.push(resolve)
      })
    const all = runBatch(letters, work, () => {}, running())
    expect(begun).to.deep.equal(['a', 'b', 'c'])
    ends[1]!()
    await new Promise(setImmediate)
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd'])
    for (let next = 0; next < 5; next++) {
      ends[next]!()
      await new Promise(setImmediate)
    }
    await all
  })

  it('begins nothing more, and tells nothing more, when nobody looks any longer', async () => {
    const leaving = new AbortController()
    const told: string[] = []
    const begun: string[] = []
    const work = async (letter: string) => {
      begun.push(letter)
      leaving.abort()
    }
    await runBatch(letters, work, (letter, { kind }) => told.push(`${letter} ${kind}`), leaving.signal)
    expect(begun).to.deep.equal(['a'])
    expect(told).to.deep.equal(['a working'])
  })
})
