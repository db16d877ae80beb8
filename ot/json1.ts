/**
 * JSON documents: ot-json1 under its own name and URI, for comments and canvases (rules J1 to J6).
 *
 * Conflicts are settled as by `transformNoConflict` of ot-json1: its plain `transform` throws on ordinary
 * concurrent edits, such as two insertions under one key. Both ends must settle them alike.
 *
 * The casts in this file are the price of an interface that is the same for all types: what passes through it
 * went through this type's grammar before.
 */
import { type Doc, type JSONOp, type as wholeLibrary } from 'ot-json1'
import type { DocumentType, OtType, Side } from './document-type.ts'
import { CollabError } from './errors.ts'
import { applyToJson } from './json-fit.ts'
import { parseJsonDocument, parseJsonOp } from './json-grammar.ts'
import { canonicalJsonOp, library } from './json-op.ts'
import { measure } from './json-size.ts'
import { transformJson } from './json-transform.ts'
import { doesNotFit, tooLarge } from './refusal.ts'
import { LIMITS } from './wire.ts'

/**
 * `invert` is taken out on purpose. ShareDB calls it without the document, and a canonical op no longer knows
 * what it removed: the inverse would put `true` in its place. Without it ShareDB fetches the document afresh.
 */
const { invert: _withoutDocument, ...inherited } = wholeLibrary

const ottype: OtType = {
  ...inherited,
  create: (data) => data ?? {},
  apply: (document, op) => applyToJson(document as Doc, op as JSONOp),
  transform,
  compose,
  normalize: (op) => canonicalJsonOp(op as JSONOp),
}

export const json1: DocumentType = {
  name: library.name,
  uri: library.uri,
  ottype,
  parseCreate: parseJsonDocument,
  parseOp: parseJsonOp,
  apply,
  fixup: () => null,
  transform,
  compose,
  invert: (op, base) => canonicalJsonOp(library.invertWithDoc(op as JSONOp, base as Doc)),
  isNoOp: (op) => op === null,
  length: (document) => measure(document as Doc).size,
}

/** @throws CollabError `op/does-not-fit` J5.3, `op/too-large` J6.5 */
function transform(op: unknown, over: unknown, side: Side): JSONOp {
  return combined(() => transformJson(op as JSONOp, over as JSONOp, side))
}

/** @throws CollabError `op/does-not-fit` J5.3 */
function compose(a: unknown, b: unknown): JSONOp {
  return combined(() => library.compose(a as JSONOp, b as JSONOp))
}

/**
 * ot-json1 throws on ops that cannot both fit one document, such as a text edit and an addition in one place.
 */
function combined(combine: () => JSONOp): JSONOp {
  try {
    return canonicalJsonOp(combine())
  } catch (cause) {
    if (cause instanceof CollabError) throw cause
    throw doesNotFit('J5.3', 'The op contradicts another one on the same document', cause)
  }
}

function apply(document: unknown, op: unknown): Doc {
  const after = applyToJson(document as Doc, op as JSONOp)
  const { size, depth } = measure(after)
  if (size > LIMITS.documentLength && size > measure(document as Doc).size) {
    throw tooLarge('J6.2', 'The document is too large', LIMITS.documentLength)
  }
  if (depth > LIMITS.messageDepth)
    throw tooLarge('J6.4', 'The document is nested too deep', LIMITS.messageDepth)
  return after
}
