import { expect } from 'chai'
import fc from 'fast-check'
import type { Doc } from 'ot-json1'
import { json1 } from '../../ot/types.ts'
import { documents, jsonRecipes, realiseJson } from './json-arbitrary.ts'
import { checkAllLaws, type Situation } from './laws.ts'

const situations: fc.Arbitrary<Situation> = fc
  .tuple(documents, jsonRecipes, jsonRecipes, jsonRecipes)
  .map(([document, first, second, third]) => {
    const a = realiseJson(document, first)
    return {
      document,
      a,
      b: realiseJson(document, second),
      next: realiseJson(json1.apply(document, a) as Doc, third),
    }
  })

describe('JSON documents', () => {
  checkAllLaws(json1, {
    situations,
    equal: (one, other) => expect(one).to.deep.equal(other),
  })
})
