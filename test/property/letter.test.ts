import { expect } from 'chai'
import fc from 'fast-check'
import { letter } from '../../ot/types.ts'
import { letters, realise, recipes } from './arbitrary.ts'
import { checkAllLaws, type Situation } from './laws.ts'

const situations: fc.Arbitrary<Situation> = fc
  .tuple(letters, recipes, recipes, recipes)
  .map(([document, first, second, third]) => {
    const a = realise(document, first)
    return {
      document,
      a,
      b: realise(document, second),
      next: realise(letter.apply(document, a) as typeof document, third),
    }
  })

describe('letters', () => {
  checkAllLaws(letter, {
    situations,
    equal: (one, other) => expect(JSON.stringify(one)).to.equal(JSON.stringify(other)),
  })
})
