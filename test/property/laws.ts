/**
 * The laws every document type keeps, from one call. IDs as in ot/SPEC.md.
 *
 * Everything a law passes in is frozen, so a function that changes its arguments fails whatever else it does.
 */
import { expect } from 'chai'
import type fc from 'fast-check'
import type { DocumentType } from '../../ot/types.ts'
import { property, Tally } from './property.ts'

/** Two ops made at the same time on one document, and one made after the first of them. */
export interface Situation {
  readonly document: unknown
  readonly a: unknown
  readonly b: unknown
  /** On the document after `a`. */
  readonly next: unknown
}

export interface Arbitraries {
  readonly situations: fc.Arbitrary<Situation>
  /** Cases that broke a law once. */
  readonly pinned?: readonly Situation[]
  /** Asserts that two documents are equal. */
  equal(one: unknown, other: unknown): void
}

/** The op as it is to be stored: settled, and with what it lacks to leave a valid document behind. */
export function completed(type: DocumentType, document: unknown, op: unknown): unknown {
  const settled = type.settle?.(document, op) ?? op
  const fixup = type.fixup(document, settled)
  return fixup === null ? settled : type.compose(settled, fixup)
}

export function checkAllLaws(type: DocumentType, { situations, pinned, equal }: Arbitraries): void {
  const tally = new Tally()
  const law = (title: string, check: (situation: Situation) => void) =>
    property(title, situations.map(frozen), check, {
      pinned: pinned?.map(frozen),
    })
  const { apply, transform, compose, invert } = type
  /** A document that is valid goes through the grammar of a create unchanged. */
  const isValid = (document: unknown) => equal(type.parseCreate(jsonCopy(document)), document)
  const isCanonical = (op: unknown) => expect(type.parseOp(jsonCopy(op))).to.deep.equal(op)

  law('[W1] an op that fits a valid document leaves a valid one behind', ({ document, a }) => {
    isValid(apply(document, completed(type, document, a)))
  })

  for (const [mine, theirs] of [
    ['left', 'right'],
    ['right', 'left'],
  ] as const) {
    law(
      `[W2] TP1: two orders of two concurrent ops end in one document (${mine} first)`,
      ({ document, a, b }) => {
        const overA = transform(b, a, mine)
        const overB = transform(a, b, theirs)
        tally.count('ops that conflict', JSON.stringify(overA) !== JSON.stringify(b))
        equal(apply(apply(document, a), overA), apply(apply(document, b), overB))
      },
    )
  }

  law('[W3] composing two ops does what applying one after the other does', ({ document, a, next }) => {
    equal(apply(document, compose(a, next)), apply(apply(document, a), next))
  })

  law(
    '[W4] an op, then its inverse, leaves the document as it was, and the inverse fits',
    ({ document, a }) => {
      const inverse = invert(a, document)
      tally.count('ops to undo', !type.isNoOp(inverse))
      equal(apply(apply(document, a), inverse), document)
      isCanonical(inverse)
    },
  )

  law('[W5] transforming keeps an op valid', ({ document, a, b }) => {
    const stored = completed(type, document, a)
    const after = apply(document, stored)
    for (const side of ['left', 'right'] as const) {
      const moved = transform(b, stored, side)
      isCanonical(moved)
      isValid(apply(after, completed(type, after, moved)))
    }
  })

  law('[W6] every result is canonical, and the canonical form of itself', ({ document, a, b, next }) => {
    for (const op of [a, b, next, compose(a, next), transform(a, b, 'left'), transform(a, b, 'right')])
      isCanonical(op)
    equal(type.parseCreate(jsonCopy(document)), document)
  })

  law('[W7] documents and ops come back from JSON as they were', ({ document, a }) => {
    const after = apply(document, a)
    expect(jsonCopy(after)).to.deep.equal(after)
    equal(apply(jsonCopy(document), jsonCopy(a)), after)
  })

  law('[W8] after its fixup an op needs no other', ({ document, a, b }) => {
    const stored = completed(type, document, a)
    expect(type.fixup(document, stored)).to.equal(null)
    const fixup = type.fixup(document, a)
    if (fixup !== null) equal(apply(apply(document, a), fixup), apply(document, stored))
    const after = apply(document, stored)
    const moved = transform(b, stored, 'left')
    expect(type.fixup(after, completed(type, after, moved))).to.equal(null)
  })

  law('[W9] a no-op changes nothing, and nothing else is called one', ({ document, a, b }) => {
    tally.count('ops that do something', !type.isNoOp(a))
    if (type.isNoOp(a)) {
      equal(apply(document, a), document)
      expect(transform(b, a, 'left')).to.deep.equal(b)
      expect(type.isNoOp(transform(a, b, 'left'))).to.equal(true)
    }
  })

  law('[W10] the type that ShareDB registers does what the server does', ({ document, a, b, next }) => {
    const { ottype } = type
    equal(ottype.apply(document, a), apply(document, a))
    expect(ottype.transform(a, b, 'left')).to.deep.equal(transform(a, b, 'left'))
    equal(ottype.apply(document, ottype.compose(a, next)), apply(document, compose(a, next)))
  })

  tally.assertNotVacuous('[W0] the laws were tried on ops that matter')
}

/** As it arrives from the wire. */
function jsonCopy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}
