/**
 * The letter: rich text under rich-text's own name and URI, so that any ShareDB client can edit one, with the
 * grammar, fit and canonical form that ot/SPEC.md adds to it (rules L1 to L10).
 *
 * Documents and ops are plain `{ops: [...]}`. The registered type leaves out `invert`, on purpose: ShareDB
 * calls it without the document, which a letter's inverse needs.
 */
import richText from 'rich-text'
import * as algebra from './algebra.ts'
import {
  type Component,
  canonical,
  componentsOf,
  type Insert,
  type LetterDocument,
  type LetterOp,
} from './component.ts'
import type { DocumentType, OtType } from './document-type.ts'
import { exclusiveFixup } from './exclusive.ts'
import { keepLastNewline, missingNewline, touchesEnd } from './final-newline.ts'
import { applyToLetter } from './fit.ts'
import { parseComponents, parseLetter } from './grammar.ts'
import { letterLength, rememberLength } from './letter-length.ts'
import { tooLarge } from './refusal.ts'
import { LIMITS } from './wire.ts'

/** What a letter is born with (rule L7.2). */
const EMPTY: LetterDocument = { ops: [{ insert: '\n' }] }

/**
 * The registered type. It checks the fit of an op but not the limits of a letter: a client whose unsent edits
 * fill a letter up must still be able to apply what others were allowed to write.
 */
const ottype: OtType = {
  ...richText.type,
  create: (data) => (data === undefined || data === null ? EMPTY : document(canonical(componentsOf(data)))),
  apply: (before, op) => document(applyToLetter(insertsOf(before), canonical(componentsOf(op)))),
  transform: (op, over, side) => transform(normalize(op), normalize(over), side),
  compose: (a, b) => compose(normalize(a), normalize(b)),
  normalize,
  deserialize: (data) => document(componentsOf(data)),
}

export const letter: DocumentType = {
  name: ottype.name,
  uri: ottype.uri,
  ottype,
  parseCreate: (value) => document(parseLetter(value)),
  parseOp: (value) => ({ ops: parseComponents(value) }),
  apply,
  settle: (before, op) => ({
    ops: keepLastNewline(componentsOf(op), insertsOf(before)),
  }),
  mend: (before, op) => {
    const newline = missingNewline(componentsOf(op), insertsOf(before))
    return newline && { ops: newline }
  },
  fixup: (before, op) => {
    const fixup = exclusiveFixup(insertsOf(before), componentsOf(op))
    return fixup && { ops: fixup }
  },
  transform,
  compose,
  invert: (op, base) => ({ ops: invert(componentsOf(op), insertsOf(base)) }),
  isNoOp: (op) => componentsOf(op).length === 0,
  length: (of) => letterLength(insertsOf(of)),
}

function apply(before: unknown, op: unknown): LetterDocument {
  const components = componentsOf(op)
  const inserts = insertsOf(before)
  const after = applyToLetter(inserts, components)
  if (rememberLength(after, inserts, components) > 0) checkLimits(after, inserts.length)
  return document(after)
}

function transform(op: unknown, over: unknown, side: 'left' | 'right'): LetterOp {
  return {
    ops: algebra.transform(componentsOf(op), componentsOf(over), side === 'left'),
  }
}

function compose(a: unknown, b: unknown): LetterOp {
  return { ops: algebra.compose(componentsOf(a), componentsOf(b)) }
}

function normalize(op: unknown): LetterOp {
  return { ops: canonical(componentsOf(op)) }
}

/** The inverse of an insertion after the last newline would take that newline with it. */
function invert(op: readonly Component[], base: readonly Insert[]): readonly Component[] {
  const inverse = algebra.invert(op, base)
  if (!touchesEnd(op, base)) return inverse
  return keepLastNewline(inverse, algebra.compose(base, op) as Insert[])
}

/**
 * Rules L6.4 and L6.5, for an op that adds something: a letter over a limit can always be made smaller.
 * @throws CollabError `op/too-large`
 */
function checkLimits(after: readonly Insert[], componentsBefore: number): void {
  if (after.length > LIMITS.documentComponents && after.length > componentsBefore) {
    throw tooLarge('L6.5', 'The letter has too many components', LIMITS.documentComponents)
  }
  if (letterLength(after) > LIMITS.documentLength) {
    throw tooLarge('L6.4', 'The letter is too long', LIMITS.documentLength)
  }
}

/** The cast is the law of this module: what is a document holds inserts only. */
function document(components: readonly Component[]): LetterDocument {
  return { ops: components as readonly Insert[] }
}

function insertsOf(value: unknown): readonly Insert[] {
  return document(componentsOf(value)).ops
}
