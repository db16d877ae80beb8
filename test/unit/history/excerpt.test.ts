import { expect } from 'chai'
import { excerptsOf } from '../../../client/history/excerpt.ts'
import type { Mark, Run } from '../../../client/history/marked-letter.ts'

describe('the parts of a letter that changed', () => {
  const mark: Mark = { kind: 'added', author: 'ada', formats: [] }
  const lines = (count: number, ...changed: number[]): Run[] =>
    Array.from({ length: count }, (_, line) => ({
      insert: `${line}\n`,
      ...(changed.includes(line) && { mark }),
    }))
  const shown = (runs: Run[]) =>
    excerptsOf(runs).map((excerpt) =>
      excerpt
        .map(({ insert }) => insert)
        .join('')
        .trim()
        .split('\n')
        .join(' '),
    )

  it('are shown with a line on either side', () => {
    expect(shown(lines(9, 4))).to.deep.equal(['3 4 5'])
    expect(shown(lines(3, 0, 2))).to.deep.equal(['0 1 2'])
  })

  it('are parts of their own where more lies between', () => {
    expect(shown(lines(12, 1, 9))).to.deep.equal(['0 1 2', '8 9 10'])
    expect(shown(lines(12, 4, 7))).to.deep.equal(['3 4 5 6 7 8'])
  })

  it('are none where nothing changed', () => {
    expect(shown(lines(5))).to.deep.equal([])
  })
})
