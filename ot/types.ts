/** The registry of document types: which types there are, and which one each collection holds (rule D1). */
import type { DocumentType } from './document-type.ts'
import { json1 } from './json1.ts'
import { letter } from './letter.ts'
import type { Collection } from './wire.ts'

export type { DocumentType, OtType, Side } from './document-type.ts'
export { json1, letter }

export const COLLECTION_TYPE: Readonly<Record<Collection, DocumentType>> = {
  letters: letter,
  comments: json1,
  canvases: json1,
}

const TYPES: ReadonlyMap<string, DocumentType> = new Map(
  [letter, json1].flatMap((type) => [
    [type.name, type],
    [type.uri, type],
  ]),
)

/** The type by its name or its URI; `undefined` when this server has none like it. */
export function documentType(nameOrUri: string): DocumentType | undefined {
  return TYPES.get(nameOrUri)
}
