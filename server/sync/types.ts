import type { DocumentType } from '../../ot/types.ts'
import { documentType } from '../../ot/types.ts'
import { ShareDB, type ShareType } from './sharedb.ts'

/** Our own types, under the names any ShareDB client knows them by. */
export function registerTypes(): void {
  for (const name of ['rich-text', 'json1']) {
    const type = documentType(name)
    if (type !== undefined) ShareDB.types.register(type.ottype)
  }
}

/** A type of ours, or one that a stock ShareDB backend on our log knows: that one only applies and transforms. */
export function typeOf(name: string): DocumentType | undefined {
  const type = documentType(name)
  if (type !== undefined) return type
  const stock = ShareDB.types.map[name]
  return stock === undefined ? undefined : unchecked(stock)
}

function unchecked(type: ShareType): DocumentType {
  const apply = (doc: unknown, op: unknown) => type.apply(structuredClone(doc), op)
  return {
    name: type.name,
    uri: type.uri,
    ottype: type as DocumentType['ottype'],
    parseCreate: (data) => type.create(data),
    parseOp: (op) => op,
    apply,
    fixup: () => null,
    transform: (op, over, side) => type.transform(op, over, side),
    compose: (a, b) => type.compose!(a, b),
    invert: () => {
      throw new Error(`${type.name} is not one of our types`)
    },
    isNoOp: () => false,
    length: () => 0,
  }
}
