/**
 * What a document type owes the server, whatever its documents look like. Documents and ops pass through it
 * as `unknown`: only their own type looks inside. Laws and rule IDs are in ot/SPEC.md.
 *
 * No function changes what it is given; what it answers may share parts with it. A caller must not change
 * either.
 */

/**
 * The shape of a type as ShareDB registers it, on the server and in the browser. See
 * https://github.com/ottypes/docs.
 */
export interface OtType {
  readonly name: string
  readonly uri: string
  create(data?: unknown): unknown
  apply(document: unknown, op: unknown): unknown
  transform(op: unknown, over: unknown, side: Side): unknown
  compose(a: unknown, b: unknown): unknown
  normalize?(op: unknown): unknown
  deserialize?(data: unknown): unknown
  transformPresence?(presence: unknown, op: unknown, isOwnOp: boolean): unknown
}

/**
 * Who goes first where two ops meet. ShareDB transforms an op over those committed before it with 'left', and
 * a client transforms what arrives over its own unsent op with 'right'. For letters 'left' means that `over`
 * stands first at one place and keeps the formats that both set.
 */
export type Side = 'left' | 'right'

export interface DocumentType {
  readonly name: string
  readonly uri: string
  /** What ShareDB registers. Its functions take ops that are not canonical and give ops that are. */
  readonly ottype: OtType
  /**
   * Checks the data of a create; answers it in canonical form. @throws CollabError op/malformed |
   * op/too-large
   */
  parseCreate(value: unknown): unknown
  /**
   * Checks the grammar of an op from outside; answers it in canonical form. @throws CollabError op/malformed
   * | op/too-large
   */
  parseOp(value: unknown): unknown
  /**
   * Checks that a canonical op fits the document and applies it. @throws CollabError op/does-not-fit |
   * op/too-large
   */
  apply(document: unknown, op: unknown): unknown
  /**
   * An op with the same effect on `document` that can be transformed and composed freely: the form in which
   * it is to be stored. Its author keeps what it has. A type whose ops are like that anyway leaves this out.
   */
  settle?(document: unknown, op: unknown): unknown
  /**
   * What an op that was valid where it was made, and has been transformed since, lacks to be valid here, as
   * an op to compose after it; null when nothing. A type whose transform keeps ops valid leaves this out.
   */
  mend?(document: unknown, op: unknown): unknown
  /**
   * What the op lacks to leave a valid document behind, as an op to compose after it, or null when nothing.
   * Never throws: whether the op fits is for `apply` to say.
   */
  fixup(document: unknown, op: unknown): unknown
  /** The op as it must be applied after `over`, both canonical and made against one document. */
  transform(op: unknown, over: unknown, side: Side): unknown
  /** The op that does what `a`, then `b` do, both canonical. */
  compose(a: unknown, b: unknown): unknown
  /** The op that undoes `op`, which is canonical and fits `base`, the document before it. */
  invert(op: unknown, base: unknown): unknown
  /** True when the op, in canonical form, changes nothing whatever the document. */
  isNoOp(op: unknown): boolean
  /** How much the document holds, in the unit its limit is given in. */
  length(document: unknown): number
}
