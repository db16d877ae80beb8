import { expect } from 'chai'
import fc from 'fast-check'
import { keptPlaces } from '../../../client/history/kept-places.ts'
import { property, Tally } from '../../property/property.ts'

const lines = (text: string) => [...text].map((key) => ({ key }))
const kept = (before: string, after: string) => keptPlaces(lines(before), lines(after))
const few = fc.string({ unit: fc.constantFrom(...'abcdefgh-'), maxLength: 30 })

describe('what stays on a sheet from one version to the next', () => {
  const tally = new Tally()
  property(
    'looks the same, and is never moved: without what went, with what came, it is the later version',
    fc.tuple(few, few),
    ([before, after]) => {
      const places = kept(before, after)
      const stays = places.filter((place) => place >= 0)
      expect(stays).to.deep.equal([...new Set(stays)].sort((a, b) => a - b))
      expect(places.map((place, index) => before[place] ?? after[index]).join('')).to.equal(after)
      const parted = before !== after && stays.length > 0 && stays.length < after.length
      tally.count('some lines that stay between others that come', parted)
    },
  )
  tally.assertNotVacuous('lines that stay between others')

  it('is everything around each of several changes', () => {
    expect(kept('abcdefgh', 'abxdefygh')).to.deep.equal([0, 1, -1, 3, 4, 5, -1, 6, 7])
    expect(kept('abcdefgh', 'acdfgh')).to.deep.equal([0, 2, 3, 5, 6, 7])
  })

  it('is what is one of a kind, behind empty lines that came', () => {
    expect(kept('a-b-c-d', 'xa--b-c-dy')).to.deep.equal([-1, 0, 1, -1, 2, 3, 4, 5, 6, -1])
  })

  it('is everything between, when a line that came looks like one far below', () => {
    expect(kept('abcdexg', 'axbcdexhg')).to.deep.equal([0, -1, 1, 2, 3, 4, 5, -1, 6])
  })

  it('is everything when nothing changes, and nothing when there was nothing', () => {
    expect(kept('a--a', 'a--a')).to.deep.equal([0, 1, 2, 3])
    expect(kept('', 'ab')).to.deep.equal([-1, -1])
    expect(kept('ab', '')).to.deep.equal([])
  })
})
