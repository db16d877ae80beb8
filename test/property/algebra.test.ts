import { expect } from 'chai'
import fc from 'fast-check'
import { compose, invert, transform } from '../../ot/algebra.ts'
import { type Component, canonical, type Insert } from '../../ot/component.ts'
import { Delta } from '../../ot/delta.ts'
import { applyToLetter } from '../../ot/fit.ts'
import { letters, realise, recipes } from './arbitrary.ts'
import { property, Tally } from './property.ts'

const pairs = fc.tuple(letters, recipes, recipes, recipes).map(([document, first, second, third]) => {
  const a = realise(document, first)
  const after = { ops: applyToLetter(document.ops, a.ops) }
  return {
    document: document.ops,
    a: a.ops,
    b: realise(document, second).ops,
    next: realise(after, third).ops,
  }
})

/** A Delta of its own: quill-delta is handed copies, so that nothing it does can hide a difference. */
function delta(components: readonly Component[]) {
  return new Delta(structuredClone(components) as ConstructorParameters<typeof Delta>[0])
}

/** What quill-delta answers, in canonical form. */
function canonicalOps(answer: { ops: unknown[] }): Component[] {
  return canonical(answer.ops as Component[])
}

describe('the algebra of letters', () => {
  const tally = new Tally()

  property(
    '[W12] applying an op gives what quill-delta gives, in canonical form',
    pairs,
    ({ document, a }) => {
      expect(applyToLetter(document, a)).to.deep.equal(canonicalOps(delta(document).compose(delta(a))))
    },
  )

  property('[W12] composing ops gives what quill-delta gives, in canonical form', pairs, ({ a, next }) => {
    expect(compose(a, next)).to.deep.equal(canonicalOps(delta(a).compose(delta(next))))
  })

  for (const overIsFirst of [true, false]) {
    property(
      `[W12] transforming an op gives what quill-delta gives, in canonical form (${overIsFirst ? 'over' : 'op'} first)`,
      pairs,
      ({ a, b }) => {
        const ours = transform(b, a, overIsFirst)
        tally.count('ops that meet', JSON.stringify(ours) !== JSON.stringify(b))
        expect(ours).to.deep.equal(canonicalOps(delta(a).transform(delta(b), overIsFirst)))
      },
    )
  }

  property('[W12] an inverse does what that of quill-delta does', pairs, ({ document, a }) => {
    const after = applyToLetter(document, a)
    const theirs = delta(a).invert(delta(document))
    expect(compose(after, invert(a, document))).to.deep.equal(canonicalOps(delta(after).compose(theirs)))
  })

  property('[W13] composing is associative', pairs, ({ document, a, next }) => {
    const back = invert(next, compose(document, a) as Insert[])
    expect(compose(compose(a, next), back)).to.deep.equal(compose(a, compose(next, back)))
  })

  tally.assertNotVacuous('[W0] the ops that were compared met each other')
})
