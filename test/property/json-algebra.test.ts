import { expect } from 'chai'
import fc from 'fast-check'
import { type as library } from 'ot-json1'
import { applyToJson } from '../../ot/json-fit.ts'
import { canonicalJsonOp, someComponent } from '../../ot/json-op.ts'
import { transformJson } from '../../ot/json-transform.ts'
import { documents, jsonRecipes, realiseJson } from './json-arbitrary.ts'
import { property, Tally } from './property.ts'

const pairs = fc.tuple(documents, jsonRecipes, jsonRecipes).map(([document, first, second]) => ({
  document,
  a: realiseJson(document, first),
  b: realiseJson(document, second),
}))

describe('the algebra of JSON documents', () => {
  const tally = new Tally()

  for (const side of ['left', 'right'] as const) {
    property(
      `[W14] transforming an op part by part gives what ot-json1 gives on the whole (${side})`,
      pairs,
      ({ a, b }) => {
        const isMove = ({ p }: { p?: number }) => p !== undefined
        const whole = canonicalJsonOp(library.transformNoConflict(a, b, side))
        tally.count('ops that meet', JSON.stringify(whole) !== JSON.stringify(a))
        tally.count('ops without moves', !someComponent(a, isMove) && !someComponent(b, isMove) && a !== null)
        tally.count('ops with moves', someComponent(a, isMove))
        tally.count('ops that conflict', !library.tryTransform(a, b, side).ok)
        expect(canonicalJsonOp(transformJson(a, b, side))).to.deep.equal(whole)
      },
    )
  }

  property('[W14] applying an op part by part gives what ot-json1 gives', pairs, ({ document, a }) => {
    expect(applyToJson(document, a)).to.deep.equal(library.apply(document, a))
  })

  tally.assertNotVacuous('[W0] the ops met each other')
})
